/**
 * Stands in for @nestjs/throttler where specs load rooms inside Jest: the package is CommonJS, and Jest on Node 20
 * cannot load Nest's ES modules from there. It slows nobody down; the real one is proved over HTTP.
 */
export class ThrottlerGuard {
  canActivate(): boolean {
    return true;
  }
}

export class ThrottlerModule {
  static forRoot() {
    return { module: ThrottlerModule };
  }
}
