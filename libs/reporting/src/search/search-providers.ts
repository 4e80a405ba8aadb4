import type { Provider, Type } from '@nestjs/common';
import { IndexRunner } from './index-runner.js';
import { MessageDetailsRepository } from './message-details.repository.js';
import { MessageSearch, SearchBounds } from './message-search.js';
import { MessageSearchRepository } from './message-search.repository.js';
import { SearchIndexRepository } from './search-index.repository.js';
import { SearchIndexer } from './search-indexer.js';
import { SearchLimitsRepository } from './search-limits.repository.js';
import { SearchText } from './search-text.js';
import { SearchController } from './search.controller.js';
import { Search } from './search.js';

/** All that finds messages and contacts by their words. */
export const SEARCH: Provider[] = [
  IndexRunner,
  MessageDetailsRepository,
  MessageSearch,
  MessageSearchRepository,
  Search,
  { provide: SearchBounds, useValue: new SearchBounds() },
  SearchIndexRepository,
  SearchIndexer,
  SearchLimitsRepository,
  SearchText,
];

export const SEARCH_CONTROLLERS: Type[] = [SearchController];
