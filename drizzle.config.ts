import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/{domains,adapters}/*/table.ts',
  out: './drizzle',
});
