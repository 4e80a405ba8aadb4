export { ContactBook, type Identified, type KnownSender } from './contact-book.js';
export { ContactsModule } from './contacts.module.js';
export { ContactVisibility, ProfileSource } from './ports.js';
