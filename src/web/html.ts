const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For a text or an attribute's value. */
export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const icon = encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" fill="none" stroke="#0b6bcb"><circle cx="10" cy="10" r="7.5" stroke-width="5"/><circle cx="10" cy="10" r="2.5" fill="#0b6bcb"/></svg>',
);

/** The lens, as a page's icon. */
export const iconLink = `<link rel="icon" href="data:image/svg+xml,${icon}">`;
