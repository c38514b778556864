/**
 * What tests of any package need of the database; not part of the product.
 */
export { openTestServer, type TestServer } from './test-server.ts';
export { testDatabase, type TestDatabase } from './test-database.ts';
