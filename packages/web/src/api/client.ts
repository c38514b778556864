/** The server's interface, as this page's own server offers it; the browser's cookie says who asks. */
import { UserClient } from '@gantry/client';

export const client = new UserClient({ server: window.location.origin });
