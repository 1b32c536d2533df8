/** CPUs as taskset(1) and systemd write them: `2`, `0,2-3`. */
export const CPU_LIST = /^\d{1,3}(?:-\d{1,3})?(?:,\d{1,3}(?:-\d{1,3})?){0,63}$/;

/** Their numbers, rising; empty where a range runs backwards. The text matches {@link CPU_LIST}. */
export function parseCpuList(text: string): readonly number[] {
  const cpus = new Set<number>();
  for (const range of text.split(',')) {
    const [first = 0, last = first] = range.split('-').map(Number);
    for (let cpu = first; cpu <= last; cpu++) cpus.add(cpu);
    if (last < first) return [];
  }
  return [...cpus].sort((a, b) => a - b);
}
