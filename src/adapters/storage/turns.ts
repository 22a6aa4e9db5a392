/** Lets so many pieces of work run at once; the others wait in line. */
export function turns(limit: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async function inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (running === limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // the place goes to the next, so that nobody comes in between
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

export type Turns = ReturnType<typeof turns>;
