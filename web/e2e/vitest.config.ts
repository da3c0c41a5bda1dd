// Tests of the page in a real browser against the real program, one after the other.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.e2e.ts'],
    root: new URL('..', import.meta.url).pathname,
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
})
