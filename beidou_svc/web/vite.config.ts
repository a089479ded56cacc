import { defineConfig } from 'vite';

/** Where `npm run dev` finds a running service; the built page always asks its own origin. */
const service = process.env.BEIDOU_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Relative addresses let the page live under any path behind a proxy.
  base: './',
  build: {
    target: 'es2022',
    // MapLibre is one indivisible megabyte, loaded after the shell is on the screen.
    chunkSizeWarningLimit: 1200,
    // Everything stays a file of its own, so that a strict content security policy needs no `data:` for code.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/v1': { target: service, ws: true } } },
});
