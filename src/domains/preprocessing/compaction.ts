import type { Db } from '#db.ts';
import type { Events } from '#ports/events.ts';

const PAGE = 500;

type Written = { sequences: number[]; attempt: unknown; text: string };

/** Puts the pieces of each text that was written into one event, with the whole text from its beginning. */
export async function compactTexts({ db, events }: { db: Db; events: Events }, id: string): Promise<void> {
  for (const { sequences, attempt, text } of await writtenTexts(events, id)) {
    if (sequences.length === 1) continue;
    await db.transaction((tx) => events.compact(tx, id, sequences, { attempt, offset: 0, text }));
  }
}

async function writtenTexts(events: Events, id: string): Promise<Written[]> {
  const texts: Written[] = [];
  for (let after = 0; ; ) {
    const page = await events.read(id, after, PAGE);
    for (const { type, sequence, payload } of page) {
      after = sequence;
      if (type !== 'TextGenerated') continue;
      const { attempt, offset, text } = payload as { attempt: number; offset: number; text: string };
      if (offset === 0) texts.push({ sequences: [], attempt, text: '' });
      const last = texts.at(-1);
      if (!last) continue;
      last.sequences.push(sequence);
      last.text = last.text.slice(0, offset) + text;
    }
    if (page.length < PAGE) return texts;
  }
}
