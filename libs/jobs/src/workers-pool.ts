import pg from 'pg';

type Connected = Parameters<pg.Pool['connect']>[0];

/**
 * The pool of the jobs' library, which gives the connection it listens on back twice when it is lost in the moment the library
 * stops. The driver answers that with an error that nobody catches, and the process would end.
 */
export class WorkersPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | void {
    if (!connected) return super.connect();
    super.connect((error, client, release) => {
      // Whoever hears of an error has nothing to give back, and may not be handed a way to.
      if (error) return connected(error, client, release);
      let isBack = false;
      connected(error, client, (destroy) => {
        if (isBack) return;
        isBack = true;
        release(destroy);
      });
    });
  }
}
