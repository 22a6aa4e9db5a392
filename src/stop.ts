/**
 * Stops once, on a signal or when the parent process is gone, and leaves within `limitMilliseconds` whatever happens.
 */
export function onStop(limitMilliseconds: number, stop: () => Promise<void>): void {
  let stopping = false;
  const begin = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), limitMilliseconds).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', begin);
  process.once('SIGTERM', begin);
  process.once('disconnect', begin);
}
