/** The part of the server's interface about images and tables, apart from the first code that a browser loads. */
import { PictureClient } from '@gantry/client';
import { client } from './client.ts';

export const pictureClient = new PictureClient(client);
