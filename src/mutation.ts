import type { InputFieldMap, InputShapeFromFields, ObjectRef } from '@pothos/core';
import { builder, type SchemaTypes } from './builder.ts';
import type { Context } from './context.ts';
import { expectedErrors } from './errors.ts';
import type { NodeType } from './ids.ts';
import { requireRow } from './nodes.ts';
import { checkText } from './text.ts';

type InputBuilder = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

/**
 * A mutation `verbNoun(input: VerbNounInput!): VerbNounResult!`, where the result is the union of the success and of
 * every expected error.
 */
export function mutation<Fields extends InputFieldMap, Success extends object>(
  name: string,
  options: {
    description: string;
    input: (t: InputBuilder) => Fields;
    success: ObjectRef<SchemaTypes, Success>;
    resolve: (input: InputShapeFromFields<Fields>, context: Context) => Promise<Success>;
  },
): void {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  const Input = builder.inputType(`${title}Input`, {
    description: `Input of \`${name}\`.`,
    fields: options.input as never,
  });
  builder.mutationField(name, (t) =>
    t.field({
      type: options.success,
      description: options.description,
      args: { input: t.arg({ type: Input, required: true, description: 'What to do, and with what.' }) },
      errors: {
        types: expectedErrors,
        directResult: true,
        union: { name: `${title}Result`, description: `The success of \`${name}\`, or why it was not done.` },
      },
      resolve: (_root: unknown, args: { input: never }, context: Context) => {
        checkText(args.input, ['input']);
        return options.resolve(args.input, context);
      },
    } as never),
  );
}

/** `VerbNounSuccess { <field>: Node! }` around the id of a row. */
export function nodeSuccess<NodeRow extends { id: string; ownerId: string }>(
  name: string,
  field: string,
  ref: ObjectRef<SchemaTypes, NodeRow>,
  type: NodeType,
): ObjectRef<SchemaTypes, { rowId: string }> {
  return builder.objectRef<{ rowId: string }>(name).implement({
    description: 'It was done.',
    fields: (t) => ({
      [field]: t.field({
        type: ref,
        description: 'The object as it is now.',
        resolve: ({ rowId }, _args, context) => requireRow<NodeRow>(context, type, rowId) as never,
      }),
    }),
  });
}
