/**
 * A server of an ordinary user for the attacks: forked by root with a user id, which it takes before it begins. Answers
 * each attack with what it saw.
 */
import { type Attack, openArena } from './arena.ts';

const [tier = '', user = ''] = process.argv.slice(2);
process.setgroups?.([]);
process.setgid?.(Number(user));
process.setuid?.(Number(user));
const arena = await openArena(tier);
const answer = async (id: number, work: Promise<unknown>) => {
  process.send?.(
    await work.then(
      (value) => ({ id, value }),
      (error: Error) => ({ id, fault: error.stack }),
    ),
  );
};
process.on('message', ({ id, attack }: { id: number; attack: Attack | null }) => {
  if (attack) void answer(id, arena.attack(attack));
  else void answer(id, arena.close()).then(() => process.disconnect());
});
await answer(0, Promise.resolve());
