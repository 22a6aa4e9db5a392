import { builder } from './builder.ts';
import './scalars.ts';
import './server-graphql.ts';
import './domains/dataset/mutations.ts';
import './domains/dataset/upload-mutations.ts';
import './domains/dataset/deletion-mutations.ts';
import './domains/dataset/subscriptions.ts';
import './domains/analysis/graphql.ts';
import './domains/preprocessing/subscriptions.ts';
import './domains/experiment/graphql.ts';
import './domains/model-run/mutations.ts';
import './domains/model-run/portable-graphql.ts';
import './domains/model-run/subscriptions.ts';
import './domains/verification/graphql.ts';

export const schema = builder.toSchema();
