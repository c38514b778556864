export {
  attemptFolder,
  attemptOfPath,
  outputPath,
  resolveInStore,
  type AttemptLocation,
} from './attempt-path.ts';
export { checksumFile, checksumFolder, checksumOutput, type Checksum } from './checksum.ts';
export type { MarkedDatabase } from './data-directory-marker.ts';
export {
  explainDirectoryFailure,
  layOut,
  locateDataDirectory,
  openDataDirectory,
  type DataDirectory,
  type DataDirectoryLayout,
  type DataDirectoryOptions,
} from './data-directory.ts';
export { lockFile, type FileLock, type LockHolder, type LockResult } from './file-lock.ts';
export { browseFolder, expandHome } from './input/browse-folder.ts';
export {
  depthOf,
  indexFolder,
  listFitting,
  onlyFolders,
  placeFiles,
  type IndexedFolder,
  type PlacedFile,
} from './input/index-folder.ts';
export { listNames, notReadable, type Names } from './input/list-names.ts';
export { readChecksum } from './input/read-checksum.ts';
export { followLog, readLog, readLogEnd } from './logs/log-reader.ts';
export { type LogRecord, type LogStream } from './logs/log-record.ts';
export type { LogReference } from './logs/log-reference.ts';
export { openLogWriter, type LogWriter, type LogWriterOptions } from './logs/log-writer.ts';
export { listSegments, measureSegment, removeSegment } from './logs/segment-file.ts';
export { makeFolders } from './make-folders.ts';
export { publishServer, readServer, withdrawServer, type ServerRecord } from './server-record.ts';
export { measureVolume, type VolumeSize } from './measure-volume.ts';
export { removeAttempt, sweepAttempts } from './sweep-attempts.ts';
export { openSyncQueue, syncPaths, type SyncQueue } from './sync-paths.ts';
export { openChecksumPool, type ChecksumPool, type ReadFile } from './watch/checksum-pool.ts';
export { isSameLook, type FileLook } from './watch/file-look.ts';
export type { FolderTrouble } from './watch/folder-trouble.ts';
export type { Unsettled, UnsettledFile } from './watch/settling-files.ts';
export { isTemporaryName } from './watch/temporary-names.ts';
export type { FolderWatch, WatchEvent, WatchFolderOptions, WatchState } from './watch/watch-event.ts';
export { watchFolder } from './watch/watch-folder.ts';
export { readList, type ListedItems, type ReadList } from './watch/read-list.ts';
export { watchList, type WatchListOptions } from './watch/watch-list.ts';
export { checkWholeTiff } from './watch/whole-tiff.ts';
