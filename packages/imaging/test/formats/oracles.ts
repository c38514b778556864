/**
 * Other people's readers, to hold our files against: libvips' command line and Debian's tifffile.
 * Where one is not installed its tests are skipped, and a line on stderr says so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

function run(program: string, args: readonly string[]): string {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} exits ${done.status}: ${done.stderr}`);
  return done.stdout;
}

function present(program: string, args: readonly string[], packageName: string): boolean {
  const there = spawnSync(program, args).status === 0;
  if (!there) process.stderr.write(`SKIPPED: tests against ${program} (install Debian's ${packageName})\n`);
  return there;
}

const PYTHON = '/usr/bin/python3';
export const hasVips = present('vips', ['--version'], 'libvips-tools');
export const hasTifffile = present(PYTHON, ['-c', 'import tifffile'], 'python3-tifffile');

export function vips(...args: string[]): string {
  return run('vips', args).trim();
}

export function vipsHeader(field: string, file: string): string {
  return run('vipsheader', ['-f', field, file]).trim();
}

/** Runs a script with tifffile as `t` and numpy as `np`; what it prints must be one JSON value. */
export function tifffile(script: string, ...args: string[]): unknown {
  const head = 'import sys, json, tifffile as t, numpy as np\n';
  return JSON.parse(run(PYTHON, ['-W', 'ignore', '-c', head + script, ...args]));
}

const DATA = join(import.meta.dirname, '../../../../../shared/data');
export const NIST_TILES = join(DATA, 'nist-tiles-4x4');
export const hasNist = existsSync(NIST_TILES);
if (!hasNist) process.stderr.write(`SKIPPED: tests with NIST's tiles (no ${NIST_TILES})\n`);
