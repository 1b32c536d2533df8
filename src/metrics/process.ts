import { readdirSync } from 'node:fs';
import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * The process's own numbers, under Prometheus' usual names. prom-client's own set is not used: its event loop monitor
 * wakes the process a hundred times a second.
 */
export function processMetrics(registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time, user and system',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'process_open_fds',
    help: 'Open file descriptors',
    registers,
    collect() {
      this.set(readdirSync('/proc/self/fd').length);
    },
  });
  const start = new Gauge({ name: 'process_start_time_seconds', help: 'Start of the process, Unix time', registers });
  start.set(Math.round(Date.now() / 1000 - process.uptime()));
}
