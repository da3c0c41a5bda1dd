// How the page is built: under /ui/, with hashed names, and with nothing inline so that the strictest policy fits.
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

const server = process.env['LASTWORD_SERVER'] ?? 'http://127.0.0.1:7473'

export default defineConfig({
  base: '/ui/',
  plugins: [solid()],
  build: {
    outDir: process.env['LASTWORD_WEB_OUT'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/api', '/healthz', '/readyz'].map((path) => [path, server])),
  },
})
