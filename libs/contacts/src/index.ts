export { ContactDirectory } from './contact/contact-directory.js';
export { currentContact } from './contact/contact.repository.js';
export { ContactsModule } from './contacts.module.js';
export { ContactBook, type Identified, type KnownSender } from './identity/contact-book.js';
export { ContactVisibility, ProfileSource } from './ports.js';
export { ContactErasure, type Forgotten } from './erasure/contact-erasure.js';
export { ContactView } from './contact/contact.dto.js';
export { MergeContacts } from './merge/merge-contacts.js';
