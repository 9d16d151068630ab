export { recorderService } from './service.js';
export { readJournal } from './journal.js';
export { rebuild, type RebuiltDay } from './rebuild.js';
export { EventStore, type EventStoreOptions } from './store/eventStore.js';
