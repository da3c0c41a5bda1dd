// Tests of the logic: plain modules, in Node, without a page.
import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { environment: 'node', include: ['src/**/*.test.ts'] } })
