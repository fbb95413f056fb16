// Gives back an opened questionnaire when the network is gone. It keeps nothing by itself: the page puts in what may be kept.
// Sending is never touched, nothing it answers with is anybody's own, and as long as there is a network the page comes from there.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const file = new URL(request.url).pathname.startsWith("/assets/");
  if (request.method !== "GET" || (request.mode !== "navigate" && !file)) return;
  const kept = () => caches.match(request.url.split("#")[0], { ignoreVary: true });
  const other = (found) => found || Response.error();
  event.respondWith(file ? kept().then((found) => found || fetch(request)) : fetch(request).catch(() => kept().then(other)));
});
