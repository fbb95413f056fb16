// Gives back an opened questionnaire when the network is gone. It keeps nothing by itself: the page puts in what may be kept.
// Sending is never touched, and nothing it answers with is anybody's own.
const WAIT = 5000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const file = new URL(request.url).pathname.startsWith("/assets/");
  if (request.method !== "GET" || (request.mode !== "navigate" && !file)) return;
  const kept = () => caches.match(request.url.split("#")[0], { ignoreVary: true });
  if (file) {
    event.respondWith(kept().then((found) => found || fetch(request)));
    return;
  }
  const fresh = fetch(request);
  const patience = new Promise((resolve) => setTimeout(resolve, WAIT)).then(kept).then((found) => found || fresh);
  event.respondWith(Promise.race([fresh.catch(() => kept().then((found) => found || Response.error())), patience]));
});
