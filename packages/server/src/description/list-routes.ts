/**
 * The readable table of all routes, with who may call each: `docs/api.md`.
 */
import type { Answer } from '../answers.ts';
import { problemStatuses } from '../problem.ts';
import type { Route } from '../routes.ts';
import { isOfTheApi, tagOf } from './describe-api.ts';

const head = `# The HTTP interface

What the command line and the browser do goes over HTTP, and any program can do the same. The whole description, with the schemas of all bodies and answers, is [\`api/openapi.json\`](api/openapi.json) (OpenAPI 3.1); a server hands it over at \`GET /api/v1/openapi.json\`. Both it and this page are written by \`npx node scripts/generate-api.ts\` from the table of routes that the server answers by.

While a server is at work in a data directory, its address and the owner's token are in the file \`run/server.json\` there, which the owner alone can read:

\`\`\`bash
server=$(jq -r .url DATA_DIR/run/server.json)
token=$(jq -r .token DATA_DIR/run/server.json)
curl --fail-with-body -H "Authorization: Bearer $token" "$server/api/v1/runs"
curl --fail-with-body -H "Authorization: Bearer $token" --json '{"again":"all"}' "$server/api/v1/runs/1/resume"
\`\`\`

## Who may call

- **owner**: whoever bears the owner's token (\`Authorization: Bearer TOKEN\`), or a browser that is signed in. A browser's requests that change something must come from a page of this server.
- **agent**: an agent, with the token that it was given. It reaches nothing else.
- **anyone** who reaches the port.
`;

/** The page, in Markdown. */
export function listRoutes(routes: readonly Route[]): string {
  const groups = new Map<string, Route[]>();
  for (const route of [...routes.filter(isOfTheApi), ...routes.filter((one) => !isOfTheApi(one))]) {
    const title = isOfTheApi(route) ? tagOf(route) : 'pages';
    groups.set(title, [...(groups.get(title) ?? []), route]);
  }
  const sections = [...groups].map(([title, group]) => {
    const rows = group.map((route) => {
      const cells = [
        `\`${String(route.method)} ${route.path}\``,
        route.who,
        route.summary,
        describeAnswer(route.schemas.answer),
        `\`${route.operation}\``,
      ];
      return `| ${cells.join(' | ')} |`;
    });
    return [
      `## ${title.charAt(0).toUpperCase()}${title.slice(1)}`,
      '',
      '| request | who | what it does | answer | operation |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return [head, ...sections, listStatuses()].join('\n');
}

function describeAnswer(answer: Answer): string {
  if (!('kind' in answer)) return 'JSON';
  switch (answer.kind) {
    case 'nothing':
      return '204';
    case 'redirection':
      return '303';
    case 'media':
      return answer.types.map((type) => `\`${type.replace(/;.*/, '')}\``).join(', ');
  }
}

function listStatuses(): string {
  const byStatus = new Map<number, string[]>();
  for (const [code, status] of Object.entries(problemStatuses))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  const rows = [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(([status, codes]) => `| ${status} | ${codes.map((code) => `\`${code}\``).join(', ')} |`);
  return [
    '## Errors',
    '',
    'An error is problem details (RFC 9457, `application/problem+json`): `code` says which it is, `detail` what happened, `mend` what to do, `file`, `line` and `field` where, and `problems` lists all that is wrong with a file. The status is 400 but for these codes:',
    '',
    '| status | codes |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
