/** A small picture of an item, loaded when it is its turn; until then, and where there is none, the icon of its type. */
import type { DatasetType, Place } from '@gantry/model';
import { useEffect, useState } from 'react';
import { thumbnailAddress } from '../api/dataset-queries.ts';
import { wishPicture } from './picture-queue.ts';
import classes from './thumbnail.module.css';
import { TypeIcon } from './type-icon.tsx';

/** Sizes that are asked for, so that the same picture serves in many places. In pixels. */
const sizes = [64, 128, 256, 512, 1024];

interface ThumbnailProps {
  readonly dataset: number;
  readonly type: DatasetType;
  readonly place: Place;
  readonly revision: number;
  /** How large it is shown, in CSS pixels. */
  readonly size: number;
  /** What it shows, for those who do not see it; empty where that is said beside it. */
  readonly alt: string;
  /** Fills its frame, and cuts what is over, where only few pixels are there for it. */
  readonly cover?: boolean;
  /** Told of its height by its width. */
  readonly onRatio?: ((ratio: number) => void) | undefined;
}

/** Whether items of this type have pictures. */
export function hasPictures(type: DatasetType): boolean {
  return type === 'image' || type === 'pyramid';
}

export function Thumbnail({
  dataset,
  type,
  place,
  revision,
  size,
  alt,
  cover = false,
  onRatio,
}: ThumbnailProps) {
  const wanted = size * Math.min(2, window.devicePixelRatio);
  const pixels = sizes.find((one) => one >= wanted) ?? 1024;
  const address = hasPictures(type) ? thumbnailAddress(dataset, place, pixels, revision) : undefined;
  const { granted, shown, end, failed } = usePicture(address);
  return (
    <span className={classes['frame']} data-shown={shown || undefined} data-cover={cover || undefined}>
      {!shown && (
        <span className={classes['icon']} data-failed={failed || undefined}>
          <TypeIcon type={type} size={Math.max(14, Math.min(28, size / 3))} />
        </span>
      )}
      {granted !== undefined && !failed && (
        <img
          src={granted}
          alt={alt}
          draggable={false}
          decoding="async"
          onLoad={(event) => {
            const { naturalHeight, naturalWidth } = event.currentTarget;
            if (naturalWidth > 0) onRatio?.(naturalHeight / naturalWidth);
            end('shown');
          }}
          onError={() => end('failed')}
        />
      )}
    </span>
  );
}

interface Picture {
  /** The address to load; undefined until it is its turn. */
  readonly granted: string | undefined;
  readonly shown: boolean;
  readonly failed: boolean;
  readonly end: (how: 'shown' | 'failed') => void;
}

function usePicture(address: string | undefined): Picture {
  const [granted, setGranted] = useState<string>();
  const [ended, setEnded] = useState<{ address: string; how: 'shown' | 'failed' }>();
  const [release, setRelease] = useState<() => void>();
  useEffect(() => {
    if (address === undefined) return;
    const done = wishPicture(() => setGranted(address));
    setRelease(() => done);
    return done;
  }, [address]);
  return {
    granted: address === undefined ? undefined : granted,
    // A newer revision takes the older one's place when it is there.
    shown: ended?.how === 'shown',
    failed: ended?.how === 'failed' && ended.address === granted,
    end: (how) => {
      release?.();
      if (granted !== undefined) setEnded({ address: granted, how });
    },
  };
}
