import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startMark = (pid) => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Holds the lock of the directory while it works. A lock whose holder died is taken over. */
export async function withLock(directory, work) {
  const lock = join(directory, 'set-up.lock');
  const mine = `${process.pid} ${startMark(process.pid)} ${randomUUID()}`;
  mkdirSync(directory, { recursive: true });
  for (let attempt = 0; !take(lock, mine); attempt++) {
    // the first attempt may only have cleared a dead holder away
    if (attempt === 1) process.stderr.write('  Another set-up is at work: waiting for it …\n');
    await sleep(attempt === 0 ? 10 : 200);
  }
  try {
    return await work();
  } finally {
    if (readHolder(lock) === mine) rmSync(lock, { force: true });
  }
}

function take(lock, mine) {
  const candidate = `${lock}.${randomUUID()}`;
  writeFileSync(candidate, mine);
  try {
    linkSync(candidate, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    removeIfDead(lock);
    return false;
  } finally {
    rmSync(candidate, { force: true });
  }
}

/** Moves the dead holder's file away; should that have hit a new holder's, it is put back. */
function removeIfDead(lock) {
  const holder = readHolder(lock);
  if (holder === null) return;
  const [pid, mark] = holder.split(' ');
  if (isAlive(Number(pid)) && startMark(pid) === mark) return;
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
    if (readHolder(aside) !== holder) linkSync(aside, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
