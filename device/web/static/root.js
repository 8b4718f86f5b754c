// Where the page is served: at a host's root, or behind a proxy below a path.

/** Returns the address of a path of the kiosk's, such as /api/v1/status. */
export function at(path) {
  const { pathname, search } = new URL(`..${path}`, import.meta.url);
  return pathname + search;
}
