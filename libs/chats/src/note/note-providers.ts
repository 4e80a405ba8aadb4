import { NoteRepository } from './note.repository.js';
import { Notes } from './notes.js';

/** What colleagues tell each other in chats. */
export const NOTES = [NoteRepository, Notes];
