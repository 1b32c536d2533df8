#!/usr/bin/env node
/**
 * Sees to it that the system has what Lenscast needs: `system-deps.mjs runtime` before the addon is built,
 * `system-deps.mjs test` before the tests run. As root on a system with apt it installs what is missing; otherwise it
 * prints the command that does and exits 1. LENSCAST_SKIP_SYSTEM_DEPS=1 turns it off.
 *
 * Plain Node without dependencies: npm may run it before anything is installed.
 */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prebuiltBinary } from './prebuild/fitting.mjs';
import { installCommand, installPackages } from './system-deps/apt.mjs';
import { lookAtMachine } from './system-deps/checks.mjs';
import { BUILD, RUNTIME, TEST } from './system-deps/needs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const isPrebuilt = prebuiltBinary(root) !== undefined;
const SETS = {
  runtime: RUNTIME.filter(({ purpose }) => !isPrebuilt || purpose !== BUILD),
  test: [...RUNTIME, ...TEST],
};

process.exitCode = main(process.argv[2]);

function main(set) {
  if (process.env.LENSCAST_SKIP_SYSTEM_DEPS === '1') return 0;
  if (!Object.hasOwn(SETS, set ?? '')) {
    console.error('Usage: node scripts/system-deps.mjs runtime|test');
    return 2;
  }
  const missing = findMissing(SETS[set]);
  if (missing.length === 0) return 0;
  const packages = packagesOf(missing);
  if (!lookAtMachine().command('apt-get')) {
    console.error(`Lenscast needs more from this system: ${explain(missing)}.`);
    console.error('Install them with your package manager (these are the names that Debian has for them).');
    return 1;
  }
  if (process.getuid?.() !== 0) {
    console.error(`Lenscast needs more from this system: ${explain(missing)}. This installs it:\n`);
    console.error(`  ${installCommand(packages)}\n`);
    return 1;
  }
  return install(set, missing, packages);
}

function install(set, missing, packages) {
  console.log(`Installing what this system lacks, which may take minutes: ${explain(missing)}.`);
  const failure = installPackages(packages);
  const still = findMissing(SETS[set]);
  if (still.length === 0) return 0;
  if (failure !== undefined) console.error(`${failure}\n`);
  console.error(`Could not install: ${explain(still)}. By hand:\n\n  ${installCommand(packagesOf(still))}\n`);
  return 1;
}

function findMissing(needs) {
  const machine = lookAtMachine();
  return needs.filter((need) => !need.found(machine));
}

/** Each once: two things may be in one. */
function packagesOf(needs) {
  return [...new Set(needs.map((need) => need.package))];
}

/** `g++, cmake (to build the native addon); ustreamer (to watch …)` */
function explain(needs) {
  const packages = new Map();
  for (const need of needs) packages.set(need.purpose, [...(packages.get(need.purpose) ?? []), need.package]);
  return [...packages].map(([purpose, names]) => `${names.join(', ')} (to ${purpose})`).join('; ');
}
