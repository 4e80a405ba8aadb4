import type { Database } from '../database.js';
import { checkKeyRing, settleKeyRing } from '../key-ring-check.js';
import type { KeyRing } from '../key-ring.js';
import { Settings } from '../settings.repository.js';
import type { SealedColumn } from './sealed-column.js';
import { type Exchange, SealedValues, type SealedValue } from './sealed-values.repository.js';

/** Raw bodies may be large. */
const AT_ONCE = 50;
/** Of one column. The last one finds nothing; more than two are needed only where nodes changed values meanwhile. */
const MOST_PASSES = 10;

export interface ColumnReport {
  readonly table: string;
  readonly column: string;
  resealed: number;
  /** Rows that no key of the ring opens. */
  unreadable: string[];
  /** How many others kept sealing with another key. */
  left: number;
}

/**
 * Puts everything sealed under the active key while servers run. Which key sealed a value is seen from the value, so a
 * rotation that was cut short goes on where it was when it is run again.
 */
export class KeyRotation {
  private readonly values: SealedValues;
  private readonly settings: Settings;

  constructor(
    private readonly database: Database,
    private readonly ring: KeyRing,
  ) {
    this.values = new SealedValues(database);
    this.settings = new Settings(database);
  }

  /**
   * `onBatch` hears how many values of which column are done after each transaction.
   * @throws when the ring is not one for this database.
   */
  async run(columns: readonly SealedColumn[], onBatch: (report: ColumnReport) => void): Promise<ColumnReport[]> {
    await checkKeyRing(this.database, this.settings, this.ring);
    const reports: ColumnReport[] = [];
    for (const column of columns) reports.push(await this.reseal(column, onBatch));
    return reports;
  }

  /** After a run that left nothing: nodes may start without the older keys. False when one seals with another key. */
  settle(): Promise<boolean> {
    return settleKeyRing(this.settings, this.ring);
  }

  private async reseal(of: SealedColumn, onBatch: (report: ColumnReport) => void): Promise<ColumnReport> {
    const report: ColumnReport = { table: of.table, column: of.column, resealed: 0, unreadable: [], left: 0 };
    for (let pass = 1; pass <= MOST_PASSES; pass++) {
      report.left = await this.pass(of, report, onBatch);
      if (report.left === 0) break;
    }
    return report;
  }

  /** How many readable values under other keys there were. */
  private async pass(of: SealedColumn, report: ColumnReport, onBatch: (report: ColumnReport) => void): Promise<number> {
    report.unreadable = [];
    let [readable, after]: [number, string | null] = [0, null];
    for (;;) {
      const found: SealedValue[] = await this.values.underOtherKeys(of, this.ring.mark(), after, AT_ONCE);
      if (found.length === 0) return readable;
      const exchanges = found.flatMap((value) => this.exchangeOf(of, value, report));
      readable += exchanges.length;
      report.resealed += await this.values.exchange(of, exchanges);
      onBatch(report);
      after = found.at(-1)!.id;
    }
  }

  private exchangeOf(of: SealedColumn, { id, sealed }: SealedValue, report: ColumnReport): Exchange[] {
    try {
      return [{ id, was: sealed, fresh: this.fresh(of, id, sealed) }];
    } catch {
      report.unreadable.push(id);
      return [];
    }
  }

  private fresh({ boundTo }: SealedColumn, id: string, sealed: SealedValue['sealed']): SealedValue['sealed'] {
    if (Buffer.isBuffer(sealed)) return this.ring.reseal(sealed, boundTo(id, ''));
    const text = (value: string, field: string) =>
      this.ring.reseal(Buffer.from(value, 'base64url'), boundTo(id, field)).toString('base64url');
    if (typeof sealed === 'string') return text(sealed, '');
    return Object.fromEntries(Object.entries(sealed).map(([field, value]) => [field, text(value, field)]));
  }
}
