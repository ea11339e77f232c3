/** Where the next page is (RFC 8288), for readers of CSV too, whose body has no place for it. */
export function nextPageHeaders(url: string, nextPage: string | null): Record<string, string> {
  if (nextPage === null) return {};
  const { pathname, searchParams } = new URL(url);
  searchParams.set("page", nextPage);
  return { link: `<${pathname}?${searchParams}>; rel="next"`, "x-next-page": nextPage };
}
