/* Generated from docs/api/openapi.json by scripts/generate-api.ts; not to be edited. */
export interface paths {
  '/api/v1/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells which server this is */
    get: operations['readStatus'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/storage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells how much runs have made, and how much room is left */
    get: operations['readStorage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists datasets, newest first */
    get: operations['listDatasets'];
    put?: never;
    /** Makes a dataset */
    post: operations['createDataset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/items': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the items of a dataset, or of a box of its lattice, in the order of places */
    get: operations['listItems'];
    put?: never;
    /** Adds items to a dataset */
    post: operations['admitItems'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/close': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Closes a dataset: it gets no new places */
    post: operations['closeDataset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/seal': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Seals a dataset: it never changes again */
    post: operations['sealDataset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/intakes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the folders that are being read for runs, with those that have stopped */
    get: operations['listIntakes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/intake': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells how far the folder of a dataset is read */
    get: operations['readIntake'];
    put?: never;
    /** Goes on with reading a folder that has stopped, with or without the files that cannot be read */
    post: operations['resumeIntake'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells what is in a dataset, who makes it and who reads it */
    get: operations['readDataset'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/item': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells of one item: what its file says of itself, what it was made from and what was made from it */
    get: operations['readItem'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/file': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Hands over the bytes of an item */
    get: operations['readItemFile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/lineage': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells what a dataset came from and what was made from it */
    get: operations['readLineage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells what closing or sealing a dataset would mean */
    get: operations['previewChange'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/watch': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells how the watching of a folder is getting on */
    get: operations['readWatch'];
    put?: never;
    /** Watches a folder, whose files become items of a dataset */
    post: operations['watchFolder'];
    /** Stops watching a folder; what was taken stays */
    delete: operations['unwatchFolder'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/watches': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the watched folders */
    get: operations['listWatches'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/folders': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists a folder of the server’s machine, with counts of images */
    get: operations['browseFolder'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/folders/recent': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists folders that runs have read of late */
    get: operations['listRecentFolders'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/folders/look': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tells what a folder would be as a source: its pattern, its lattice, and what does not fit */
    post: operations['lookAtFolder'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/folders/thumbnail': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Draws an image file of a folder, small */
    get: operations['drawFileThumbnail'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/pipelines': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists pipelines that a run can be started with: examples, and those of earlier runs */
    get: operations['listPipelines'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/pipelines/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tells all that is wrong with the text of a pipeline, or its graph and parameters */
    post: operations['checkPipeline'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tools': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the tools that pipelines can use */
    get: operations['listTools'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/plan': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tells what is wrong with a run before it is started, and what it would come to */
    post: operations['planRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/choices': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells what a run was started with, as the body that starts another one */
    get: operations['readChoices'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the runs, newest first */
    get: operations['listRuns'];
    put?: never;
    /** Starts a run of a pipeline */
    post: operations['createRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells how a run is getting on */
    get: operations['readRun'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tries failed and cancelled tasks of a run again */
    post: operations['resumeRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/resubmit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Does tasks of a run again, whatever came of them: by their ids, or all of stages, states and places; what is below is done again where bytes change, or in any case */
    post: operations['resubmitTasks'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Cancels a run */
    post: operations['cancelRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Pauses a run: what runs goes on, nothing more is started; `resume` with `"again": "none"` has it go on */
    post: operations['pauseRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/archive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Puts an ended run away: it and its failures are not shown among the others; what it made stays */
    post: operations['archiveRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/unarchive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes a run out of the archive */
    post: operations['unarchiveRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/priority': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Sets a run’s priority: those of a higher one are served first */
    put: operations['setPriority'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/stages/{stage}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Pauses a stage of a run: its tasks become ready and are not started */
    post: operations['pauseStage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/stages/{stage}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Has a paused stage go on */
    post: operations['resumeStage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists tasks of a run, in the order of stages and places */
    get: operations['listTasks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/outputs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists what a run has made */
    get: operations['listOutputs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/revisions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the revisions of a run’s pipeline, newest first, with what each changed */
    get: operations['listRevisions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/pipeline': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells what an edit of a run’s pipeline begins with: its text, parameters and bounds */
    get: operations['readPipeline'];
    /** Gives a run another revision of its pipeline; refused where it was edited since the one that is named */
    put: operations['editRun'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/pipeline/check': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tells what is wrong with an edit of a run’s pipeline, or how many tasks it would do again */
    post: operations['checkEdit'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/graph': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Draws the stages of a run */
    get: operations['readGraph'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/histogram': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts how a measure of a stage’s tasks is spread */
    get: operations['readHistogram'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/timeline': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells what has happened to a run, and when its tasks ended */
    get: operations['readTimeline'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/runs/{id}/map': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Hands over the places of a stage in one plane, as binary columns */
    get: operations['readMap'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Finds the task of a stage at a place */
    get: operations['findTask'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Says why a task is in its state */
    get: operations['explainTask'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}/log': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Hands over the log of an attempt, a line of JSON per line */
    get: operations['readLog'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}/log/end': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Hands over the last lines of the log of an attempt */
    get: operations['readLogEnd'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}/work': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells what a task did: its command, and what it made */
    get: operations['readWork'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/tasks/{id}/file': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Hands over a file that a task made */
    get: operations['readFile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/failures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Counts what has failed by cause, stage, agent or host, newest first */
    get: operations['groupFailures'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/failures/summary': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells how much has failed, and where */
    get: operations['summarizeFailures'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/failures/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists failed tasks, newest first */
    get: operations['listFailedTasks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/failures/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tries failed tasks again, of however many runs; ended runs go on */
    post: operations['retryFailures'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/picture': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Describes the image at a place of a dataset */
    get: operations['describePicture'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/picture/tile': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Renders a tile of an image */
    get: operations['renderTile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/picture/thumbnail': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Renders an image in small */
    get: operations['renderThumbnail'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/picture/value': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells the value of a pixel */
    get: operations['readPictureValue'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/picture/overlays': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists what may be laid over an image */
    get: operations['listOverlays'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/around': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells the places around one of a dataset */
    get: operations['lookAround'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/table': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads columns of a table */
    get: operations['readTable'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/datasets/{id}/table/measured': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the images that a table was measured of */
    get: operations['listMeasured'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tells live events, as server-sent events */
    get: operations['followEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/notifications': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists notifications, newest first */
    get: operations['listNotifications'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/notifications/read': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Marks notifications as read */
    post: operations['readNotifications'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the agents, those at work first */
    get: operations['listAgents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Sets how much an agent may take, its labels and its pool; what it runs goes on */
    patch: operations['changeAgent'];
    trace?: never;
  };
  '/api/v1/agents/{id}/revoke': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes an agent of another machine its right to come; what it runs is ready again */
    post: operations['revokeAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents/invitations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the invitations of machines that can still be used */
    get: operations['listInvitations'];
    put?: never;
    /** Invites a machine: the token of the answer lets one agent join, once, and is not shown again */
    post: operations['inviteAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents/invitations/{id}/withdraw': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Has an invitation let nobody in any more */
    post: operations['withdrawInvitation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes an agent out of the pool: what it runs goes on, and it claims nothing more */
    post: operations['pauseAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes a paused agent back into the pool */
    post: operations['resumeAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/agents/{id}/drain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Has an agent end what it runs, claim nothing more, and leave */
    post: operations['drainAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sign-in-addresses': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Issues an address at which a browser can sign in, once */
    post: operations['issueSignInAddress'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/sign-out': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Signs the browser out */
    post: operations['signOut'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/sessions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Opens an agent’s session */
    post: operations['joinAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/claims': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Claims tasks; held while there are none */
    post: operations['claimTasks'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/reports': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Reports how attempts ended */
    post: operations['reportAttempts'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/heartbeat': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Renews a session’s lease */
    post: operations['renewSession'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/returns': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives back attempts that have not started */
    post: operations['returnAttempts'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/sessions/{session}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Ends a session; what it holds is ready again */
    delete: operations['leaveAgent'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Changes an invitation’s token, once, for the right to join */
    post: operations['enrolAgent'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/storage-probes': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Puts a file into the store, by which an agent knows whether it sees it */
    post: operations['probeStorage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/files': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Hands over a file that an assignment names, from any byte on, or the list of a folder */
    get: operations['fetchFile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/attempts/{attempt}/outputs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Says how much of an output was sent */
    get: operations['measureUpload'];
    /** Takes bytes of an output, behind those that were sent */
    put: operations['sendOutput'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/attempts/{attempt}/received': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Checks outputs that were sent, and puts them on the disk */
    post: operations['receiveOutputs'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/agent/v1/sessions/{session}/logs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Takes bytes of a segment of a session’s log, behind those that were sent */
    put: operations['sendLog'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Describes this interface, as OpenAPI 3.1 */
    get: operations['readDescription'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}

export interface components {
  schemas: {
    AdmittedAnswer: {
      changed: number;
      late: string[];
      outside: string[];
    };
    AgentCapacity: {
      cpu: number;
      memory: number;
      gpu?: number;
      slots: number;
    };
    AgentSummary: {
      id: number;
      name: string;
      host: string;
      /** @enum {string} */
      state: 'alive' | 'lost' | 'left';
      paused: boolean;
      draining: boolean;
      joined: string;
      heard: string;
      capacity: {
        cpu: number;
        memory: number;
        gpu: number;
        slots: number;
      };
      reported: {
        cpu: number;
        memory: number;
        gpu: number;
        slots: number;
      };
      set: {
        cpu?: number;
        memory?: number;
        gpu?: number;
        slots?: number;
      };
      labels: {
        [key: string]: string;
      };
      labelsSet: boolean;
      pool: string | null;
      /** @enum {string} */
      storage: 'here' | 'shared' | 'transfer';
      invited: boolean;
      revoked: boolean;
      trouble: string | null;
      machine: {
        cpu: number;
        memory: number;
      }[];
      load: {
        cpu: number;
        memory: number;
        running: number;
        waiting: number;
      } | null;
      held: number;
      tasks: {
        task: number;
        run: number;
        runName: string;
        stage: string;
        place: {
          [key: string]: number;
        };
        claimed: string;
      }[];
      lost: number;
      failures: number;
    };
    AroundAnswer: {
      along: {
        axis: string;
        values: number[];
      }[];
      previous: {
        [key: string]: number;
      } | null;
      next: {
        [key: string]: number;
      } | null;
    };
    AssignedOutput: {
      name: string;
      type: string;
      path: string;
      pattern?: string;
      many?: boolean;
      folder?: boolean;
      min?: number;
    };
    AssignedResources: {
      cpu: number;
      memory: number;
      gpu?: number;
      time: number;
    };
    Assignment: {
      attempt: number;
      task: number;
      run: number;
      runName: string;
      stage: string;
      about?: string;
      tool: {
        name: string;
        version: string;
        digest: string;
        folder?: string;
      };
      /** @enum {string} */
      kind: 'process';
      command: string[];
      env: {
        [key: string]: string;
      };
      /** @enum {string} */
      worker?: 'jsonl';
      batch?: number;
      request?: components['schemas']['WorkerRequest'];
      files?: {
        path: string;
        content: string;
      }[];
      links?: {
        path: string;
        target: string;
      }[];
      brought?: components['schemas']['BroughtFile'][];
      logFile?: string;
      resultsFile?: string;
      results?: string[];
      outputs: components['schemas']['AssignedOutput'][];
      folder: string;
      success: {
        exitCodes: number[];
      };
      resources: components['schemas']['AssignedResources'];
      poolKey: string;
    };
    /** @enum {string} */
    AttemptOutcome: 'succeeded' | 'failed' | 'timed-out' | 'out-of-memory' | 'cancelled' | 'start-failed';
    AttemptSummary: {
      id: number;
      outcome: string;
      agent: string;
      claimed: string;
      started: string | null;
      ended: string | null;
      exitCode: number | null;
      signal: string | null;
      message: string | null;
      resources: {
        [key: string]: unknown;
      } | null;
      revision: number;
      cachedFrom: components['schemas']['CachedFrom'] | null;
    };
    Bounds: {
      /** @default {} */
      extents: {
        [key: string]: [number, number];
      };
      /** @default {} */
      skip: {
        [key: string]: number[];
      };
      /** @default {} */
      region: {
        [key: string]: [number, number];
      };
    };
    BoundsChange: {
      extents?: {
        [key: string]: [number, number] | null;
      };
      region?: {
        [key: string]: [number, number] | null;
      };
      skip?: {
        [key: string]: number[];
      };
    };
    BoundsInput: {
      /** @default {} */
      extents?: {
        [key: string]: [number, number];
      };
      /** @default {} */
      skip?: {
        [key: string]: number[];
      };
      /** @default {} */
      region?: {
        [key: string]: [number, number];
      };
    };
    BoxText: string;
    BroughtFile: {
      path: string;
      from: string;
      ticket: string;
      checksum?: string;
      size?: number;
      tool?: boolean;
    };
    CachedFrom: {
      run: number;
      task: number;
      attempt: number;
    };
    ChangeAgentBody: {
      capacity?: {
        cpu?: number | null;
        memory?: number | null;
        gpu?: number | null;
        slots?: number | null;
      };
      labels?: components['schemas']['Labels'] | null;
      pool?: components['schemas']['PoolName'] | null;
    };
    ChangePreview: {
      /** @enum {string} */
      change: 'close' | 'seal';
      means: string[];
      refused: {
        message: string;
        mend: string | null;
      } | null;
    };
    CheckPipelineBody: {
      /** @default pipeline.yaml */
      file?: string;
      text: string;
      /** @default [] */
      tools?: string[];
    };
    CheckedPipeline: {
      problems: components['schemas']['FieldProblem'][];
      name: string;
      title: string;
      description: string;
      graph?: components['schemas']['RunGraph'];
      sources: {
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        axes: string[];
        extents: {
          [key: string]: [number, number];
        };
        title: string;
        description: string;
      }[];
      stages: {
        name: string;
        title: string;
        description: string;
        tool: string;
        toolTitle: string;
        toolDescription: string;
        params: {
          name: string;
          declared: components['schemas']['ToolParam'];
          set?: unknown;
        }[];
      }[];
    };
    ClaimAnswer: {
      assignments: components['schemas']['Assignment'][];
    };
    ClaimRequest: {
      session: string;
      limit: number;
      waitSeconds: number;
    };
    CompleteWhen: {
      marker?: string;
      quietMinutes?: number;
      /** @constant */
      listed?: true;
    };
    CreatedAnswer: {
      id: number;
    };
    DatasetDetail: {
      id: number;
      name: string;
      /** @enum {string} */
      type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
      axes: string[];
      /** @enum {string} */
      state: 'open' | 'closed' | 'sealed' | 'published' | 'invalidated';
      items: number;
      bytes: number;
      extents: {
        axis: string;
        first: number;
        last: number;
      }[];
      created: string;
      madeBy: {
        run: number;
        runName: string;
        stage: string;
        output: string;
      } | null;
      readBy: {
        run: number;
        runName: string;
        stages: string[];
      }[];
      readers: number;
      folder: string | null;
      watch: ('watched' | 'ended') | null;
      first: {
        place: {
          [key: string]: number;
        };
        revision: number;
      } | null;
      bounds: components['schemas']['Bounds'];
      pattern: string | null;
      fingerprint: string | null;
    };
    DatasetLineage: {
      datasets: {
        id: number;
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        /** @enum {string} */
        state: 'open' | 'closed' | 'sealed' | 'published' | 'invalidated';
        items: number;
      }[];
      steps: {
        run: number;
        runName: string;
        stage: string;
        tool: string;
        from: number[];
        to: number[];
      }[];
      cut: boolean;
    };
    DatasetSummary: {
      id: number;
      name: string;
      /** @enum {string} */
      type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
      axes: string[];
      /** @enum {string} */
      state: 'open' | 'closed' | 'sealed' | 'published' | 'invalidated';
      items: number;
      bytes: number;
      extents: {
        axis: string;
        first: number;
        last: number;
      }[];
      created: string;
      madeBy: {
        run: number;
        runName: string;
        stage: string;
        output: string;
      } | null;
      readBy: {
        run: number;
        runName: string;
        stages: string[];
      }[];
      readers: number;
      folder: string | null;
      watch: ('watched' | 'ended') | null;
      first: {
        place: {
          [key: string]: number;
        };
        revision: number;
      } | null;
    };
    EditRunBody: {
      base: number;
      pipeline?: {
        file: string;
        text: string;
      };
      tools?: string[];
      add?: {
        [key: string]: unknown;
      };
      remove?: string[];
      params?: {
        [key: string]: {
          [key: string]: string | null;
        };
      };
      bounds?: {
        [key: string]: components['schemas']['BoundsChange'];
      };
      by?: string;
      note?: string;
    };
    EditablePipeline: {
      revision: number;
      pipeline: components['schemas']['PipelineSource'];
      checked: components['schemas']['CheckedPipeline'];
      tools: components['schemas']['ToolSummary'][];
      bounds: {
        [key: string]: {
          /** @default {} */
          extents: {
            [key: string]: [number, number];
          };
          /** @default {} */
          skip: {
            [key: string]: number[];
          };
          /** @default {} */
          region: {
            [key: string]: [number, number];
          };
          axes: string[];
        };
      };
    };
    EditedRun: {
      revision: number;
      changes: components['schemas']['RevisionChange'][];
      effects: components['schemas']['StageEffect'][];
    };
    EnrolAnswer: {
      name: string;
      server: string;
    };
    EnrolRequest: {
      token: string;
      secretHash: string;
      name: string;
      host: string;
      version: string;
    };
    FailedTasks: {
      tasks: {
        task: number;
        run: number;
        runName: string;
        stage: string;
        place: {
          [key: string]: number;
        };
        attempt: number;
        /** @enum {string} */
        outcome: 'failed' | 'timed-out' | 'out-of-memory' | 'start-failed' | 'lost';
        exitCode: number | null;
        signal: string | null;
        message: string | null;
        agent: string;
        host: string;
        at: string;
      }[];
      next: number | null;
    };
    FailureFilter: {
      run?: number;
      cause?: number;
      stage?: string;
      pipeline?: string;
      /** @enum {string} */
      outcome?: 'failed' | 'timed-out' | 'out-of-memory' | 'start-failed' | 'lost';
      agent?: string;
      host?: string;
      /** Format: date-time */
      since?: string;
      /** Format: date-time */
      before?: string;
    };
    FailureGroups: {
      groups: {
        key: string;
        filter: components['schemas']['FailureFilter'];
        title: string;
        tasks: number;
        runs: number;
        outcomes: {
          /** @enum {string} */
          outcome: 'failed' | 'timed-out' | 'out-of-memory' | 'start-failed' | 'lost';
          tasks: number;
        }[];
        stages: {
          stage: string;
          tasks: number;
        }[];
        agents: {
          agent: string;
          host: string;
          tasks: number;
        }[];
        agentCount: number;
        first: string;
        last: string;
        example: {
          task: number;
          run: number;
          runName: string;
          stage: string;
          place: {
            [key: string]: number;
          };
          attempt: number;
          /** @enum {string} */
          outcome: 'failed' | 'timed-out' | 'out-of-memory' | 'start-failed' | 'lost';
          exitCode: number | null;
          signal: string | null;
          message: string | null;
          agent: string;
          host: string;
          at: string;
        };
        waiting: {
          tasks: number;
          alone: boolean;
        };
      }[];
      tasks: number;
      next: number | null;
    };
    FailureSummary: {
      failed: number;
      blocked: number;
      runs: number;
      where: {
        run: number;
        name: string;
        /** @enum {string} */
        state: 'active' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'archived';
        stages: {
          stage: string;
          failed: number;
        }[];
      }[];
      latest: number;
    };
    FieldProblem: {
      code: string;
      message: string;
      file: string;
      line: number;
      field: string;
      mend: string;
    };
    FolderEntry: {
      name: string;
      /** @enum {string} */
      kind: 'folder' | 'file' | 'other';
      link: string | null;
      closed: string | null;
      files: number | null;
      images: number | null;
      more: boolean;
      image: boolean;
    };
    FolderListing: {
      path: string;
      through: string | null;
      parent: string | null;
      entries: components['schemas']['FolderEntry'][];
      count: number;
      files: number;
      images: number;
      starts: {
        name: string;
        path: string;
      }[];
    };
    FolderLook: {
      folder: string;
      real: string | null;
      files: number;
      pattern: string | null;
      suggestion: {
        pattern: string;
        axes: string[];
        matched: number;
        missing: string[];
      } | null;
      tiles: {
        file: string;
        complete: number;
        incomplete: number;
        problem: string | null;
      } | null;
      problems: components['schemas']['FieldProblem'][];
      warnings: string[];
      axes: {
        name: string;
        first: number;
        last: number;
        step: number;
        values: number;
      }[];
      lacking: string[];
      besides: string[];
      matched: {
        count: number;
        first: {
          name: string;
          place: {
            [key: string]: number;
          };
        }[];
      };
      unmatched: {
        count: number;
        first: {
          name: string;
          why: string;
        }[];
      };
      outside: {
        count: number;
        first: {
          name: string;
          place: {
            [key: string]: number;
          };
        }[];
      };
      twice: {
        count: number;
        first: {
          place: {
            [key: string]: number;
          };
          names: string[];
        }[];
      };
      holes: {
        places: number;
        missing: number;
        first: {
          [key: string]: number;
        }[];
      };
      lattice: {
        axes: {
          name: string;
          first: number;
          step: number;
          count: number;
        }[];
        /** @description States, by number: nothing, file, twice, hole, outside */
        runs: number[];
      } | null;
      sizes: {
        looked: number;
        least: number;
        most: number;
        total: number;
        exact: boolean;
      } | null;
      images: {
        looked: number;
        kinds: {
          width: number;
          height: number;
          bits: number;
          files: number;
          first: string;
        }[];
      };
      damaged: {
        count: number;
        first: {
          name: string;
          message: string;
          mend: string;
        }[];
        looked: number;
      };
      samples: {
        name: string;
        path: string;
        place: {
          [key: string]: number;
        };
      }[];
      tookMs: number;
    };
    FolderSource: {
      folder: string;
      /**
       * @default files
       * @enum {string}
       */
      kind: 'files' | 'tiles';
      /** @default  */
      pattern: string;
      /**
       * @default batch
       * @enum {string}
       */
      mode: 'batch' | 'live';
      /** @default {} */
      extents: {
        [key: string]: [number, number];
      };
      /** @default false */
      skipUnreadable: boolean;
      /** @default {} */
      completeWhen: components['schemas']['CompleteWhen'];
    };
    FolderSourceInput: {
      folder: string;
      /**
       * @default files
       * @enum {string}
       */
      kind?: 'files' | 'tiles';
      /** @default  */
      pattern?: string;
      /**
       * @default batch
       * @enum {string}
       */
      mode?: 'batch' | 'live';
      /** @default {} */
      extents?: {
        [key: string]: [number, number];
      };
      /** @default false */
      skipUnreadable?: boolean;
      /** @default {} */
      completeWhen?: components['schemas']['CompleteWhen'];
    };
    FoundTask: {
      id: number;
    };
    HeartbeatAnswer: {
      leaseSeconds: number;
      cancel: number[];
      return: number[];
      drain: boolean;
      capacity?: components['schemas']['AgentCapacity'];
    };
    HeartbeatRequest: {
      session: string;
      running: number[];
      waiting: number[];
      settled: boolean;
      load?: {
        cpu: number;
        memory: number;
        gpu?: number;
      };
      machine?: {
        cpu: number;
        memory: number;
      };
      trouble?: string;
    };
    Histogram: {
      measure: components['schemas']['Measure'];
      tasks: number;
      looked: number;
      count: number;
      spread?: {
        least: number;
        most: number;
        mean: number;
        median: number;
        p95: number;
      };
      bins: number[];
    };
    IntakeBody: {
      /** @default false */
      skipUnreadable?: boolean;
    };
    IntakeProblem: {
      code: string;
      message: string;
      mend: string;
      file: string;
    };
    IntakeState: {
      dataset: number;
      folder: string;
      pattern: string;
      /** @enum {string} */
      state: 'waiting' | 'listing' | 'reading' | 'stopped' | 'ended';
      since: string;
      ended: string | null;
      resumed: string | null;
      files: number;
      filesRead: number;
      bytes: number;
      bytesRead: number;
      bytesPerSecond: number | null;
      secondsLeft: number | null;
      problems: {
        count: number;
        first: components['schemas']['IntakeProblem'][];
      };
      leftOut: {
        count: number;
        first: components['schemas']['IntakeProblem'][];
      };
    };
    IntakesAtWork: {
      dataset: number;
      folder: string;
      pattern: string;
      /** @enum {string} */
      state: 'waiting' | 'listing' | 'reading' | 'stopped' | 'ended';
      since: string;
      ended: string | null;
      resumed: string | null;
      files: number;
      filesRead: number;
      bytes: number;
      bytesRead: number;
      bytesPerSecond: number | null;
      secondsLeft: number | null;
      problems: {
        count: number;
        first: components['schemas']['IntakeProblem'][];
      };
      leftOut: {
        count: number;
        first: components['schemas']['IntakeProblem'][];
      };
      runs: number[];
    }[];
    InvitationSummary: {
      id: number;
      name: string | null;
      labels: {
        [key: string]: string;
      } | null;
      pool: string | null;
      created: string;
      expires: string;
    };
    InviteAgentBody: {
      name?: string;
      labels?: components['schemas']['Labels'];
      pool?: components['schemas']['PoolName'];
      /** @default 1440 */
      expiresMinutes?: number;
    };
    IssuedInvitation: {
      id: number;
      name: string | null;
      labels: {
        [key: string]: string;
      } | null;
      pool: string | null;
      created: string;
      expires: string;
      token: string;
    };
    ItemDetail: {
      place: {
        [key: string]: number;
      };
      name: string;
      size: number;
      revision: number;
      modified: string;
      dataset: {
        id: number;
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        axes: string[];
        /** @enum {string} */
        state: 'open' | 'closed' | 'sealed' | 'published' | 'invalidated';
      };
      path: string;
      checksum: string;
      /** @enum {string} */
      found: 'file' | 'folder' | 'missing';
      metadata:
        | {
            /** @constant */
            kind: 'image';
            format: string;
            width: number;
            height: number;
            bitDepth: number;
            /** @enum {string} */
            sampleFormat: 'uint' | 'float';
            pages: number;
            levels: number;
            tiled: boolean;
            pixelSize: {
              x: number;
              y: number;
              /** @constant */
              unit: 'µm';
            } | null;
            channel: string | null;
            acquired: string | null;
            description: string | null;
            fields: {
              name: string;
              value: string;
            }[];
            problem: string | null;
          }
        | {
            /** @constant */
            kind: 'table';
            columns: string[];
            rows: number | null;
          }
        | {
            /** @constant */
            kind: 'unreadable';
            message: string;
            mend: string | null;
          }
        | {
            /** @constant */
            kind: 'none';
          };
      acquired: {
        [key: string]: string | number | boolean;
      } | null;
      madeBy: {
        run: number;
        runName: string;
        /** @enum {string} */
        runState: 'active' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'archived';
        stage: string;
        output: string;
        task: {
          id: number;
          place: {
            [key: string]: number;
          };
          /** @enum {string} */
          state:
            'waiting' | 'blocked' | 'ready' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';
          stale: boolean;
        };
        attempt: {
          id: number;
          agent: string;
          host: string;
          claimed: string;
          started: string | null;
          ended: string;
          exitCode: number | null;
          resources: {
            [key: string]: unknown;
          } | null;
        };
        confirmedBy: number | null;
        cachedFrom: components['schemas']['CachedFrom'] | null;
        tool: {
          name: string;
          version: string;
          title: string;
          digest: string;
        };
        params: {
          [key: string]: unknown;
        };
        command?: string[];
        persistent: boolean;
        inputs: {
          name: string;
          from: string;
          dataset: number;
          /** @enum {string} */
          type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
          available: number;
          items: {
            place: {
              [key: string]: number;
            };
            name: string;
            revision: number;
            changed: boolean;
          }[];
        }[];
      } | null;
      usedBy: {
        run: number;
        runName: string;
        stage: string;
        tool: string;
        input: string;
        tasks: {
          id: number;
          place: {
            [key: string]: number;
          };
          /** @enum {string} */
          state:
            'waiting' | 'blocked' | 'ready' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';
          stale: boolean;
        }[];
        more: boolean;
        outputs: {
          name: string;
          dataset: number;
          /** @enum {string} */
          type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
          axes: string[];
        }[];
      }[];
    };
    ItemSummary: {
      place: {
        [key: string]: number;
      };
      name: string;
      size: number;
      revision: number;
      modified: string;
    };
    JoinAnswer: {
      session: string;
      leaseSeconds: number;
      heartbeatSeconds: number;
      storeFolder: string;
      logFolder?: string;
    };
    JoinRequest: {
      name: string;
      instance: string;
      host: string;
      capacity: components['schemas']['AgentCapacity'];
      labels: {
        [key: string]: string;
      };
      version: string;
      storage?: components['schemas']['RemoteStorage'];
    };
    Labels: {
      [key: string]: string;
    };
    LiveSourceState: {
      dataset: number;
      folder: string;
      pattern: string;
      options: components['schemas']['WatchOptions'];
      since: string;
      /** @enum {string} */
      state: 'starting' | 'watching' | 'waiting' | 'completing' | 'ended';
      reason: string | null;
      /** @enum {string} */
      mode: 'events' | 'scan';
      trouble: components['schemas']['LiveTrouble'] | null;
      scan: {
        ended: string;
        tookMs: number;
        files: number;
      } | null;
      taken: number;
      lastTaken: string | null;
      pending: number;
      unfinished: {
        count: number;
        overdue: number;
        first: {
          name: string;
          why: string;
          message: string;
          mend: string;
          since: string;
          overdue: boolean;
          size: number | null;
        }[];
      };
      problems: {
        count: number;
        first: {
          code: string;
          message: string;
          mend: string;
          since: string;
          name: string;
        }[];
      };
      unmatched: {
        count: number;
        first: string[];
      };
      vanished: {
        count: number;
        first: string[];
      };
      late: {
        count: number;
        first: string[];
      };
      outside: {
        count: number;
        first: string[];
      };
    };
    LiveTrouble: {
      code: string;
      message: string;
      mend: string;
      since: string;
    };
    LogEnd: {
      attempt: number;
      lines: {
        /** @enum {string} */
        stream: 'stdout' | 'stderr' | 'system';
        text: string;
      }[];
      whole: boolean;
    };
    LogLine: {
      /** @enum {string} */
      stream: 'stdout' | 'stderr' | 'system';
      time: string;
      text: string;
    };
    LogReference: {
      segment: number;
      offset: number;
      bytes: number;
      omitted: number;
    };
    LookBody: {
      folder: string;
      pattern?: string;
      /**
       * @default image
       * @enum {string}
       */
      type?: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
      /** @default [] */
      axes?: string[];
      /** @default {} */
      extents?: {
        [key: string]: [number, number];
      };
    };
    Measure: string;
    MeasuredAnswer: {
      images: {
        input: string;
        /** @enum {string} */
        kind: 'labels' | 'mask' | 'image';
        dataset: number;
        place: {
          [key: string]: number;
        };
        name: string;
      }[];
    };
    NewDatasetBody: {
      name: string;
      /** @enum {string} */
      type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
      axes: string[];
      /** @default {} */
      bounds?: components['schemas']['BoundsInput'];
      folder?: string;
      pattern?: string;
    };
    NewItemsBody: {
      items: {
        place: number[];
        name: string;
        path: string;
        size: number;
        checksum: string;
      }[];
    };
    NewRunBody: {
      name?: string;
      pipeline: {
        file: string;
        text: string;
      };
      /** @default [] */
      tools?: string[];
      /** @default {} */
      params?: {
        [key: string]: {
          [key: string]: string;
        };
      };
      sources: {
        [key: string]: number | components['schemas']['FolderSourceInput'];
      };
      /** @default true */
      cache?: boolean;
      pool?: components['schemas']['PoolName'];
    };
    Notification: {
      id: number;
      at: string;
      read: boolean;
      about: components['schemas']['NotificationAbout'];
    };
    NotificationAbout:
      | {
          /** @constant */
          kind: 'run-ended';
          run: {
            id: number;
            name: string;
            pipeline: string;
          };
          /** @enum {string} */
          state: 'succeeded' | 'failed' | 'cancelled';
          seconds: number;
          tasks: {
            [key: string]: number;
          };
        }
      | {
          /** @constant */
          kind: 'run-failing';
          run: {
            id: number;
            name: string;
            pipeline: string;
          };
          failed: number;
          limit: number;
          tasks: {
            [key: string]: number;
          };
        }
      | {
          /** @constant */
          kind: 'agent-lost';
          agent: {
            id: number;
            name: string;
            host: string;
          };
          heard: string;
          held: number;
        }
      | {
          /** @constant */
          kind: 'tasks-too-large';
          run: {
            id: number;
            name: string;
            pipeline: string;
          };
          stage: string;
          tasks: number;
          asks: components['schemas']['TaskRequest'];
          largest: {
            agent: string;
            cpu: number;
            memory: number;
          } | null;
        }
      | {
          /** @constant */
          kind: 'webhook-given-up';
          webhook: string;
          notifications: number;
          tries: number;
          error: string;
        };
    Notifications: {
      unread: number;
      notifications: components['schemas']['Notification'][];
      more: boolean;
      webhooks: {
        count: number;
        waiting: number;
      };
    };
    OverlaysAnswer: {
      overlays: {
        dataset: number;
        place: {
          [key: string]: number;
        };
        name: string;
        /** @enum {string} */
        kind: 'labels' | 'mask' | 'image';
        run: number;
        stage: string;
        output: string | null;
        tables: {
          dataset: number;
          place: {
            [key: string]: number;
          };
          name: string;
        }[];
      }[];
      tables: {
        dataset: number;
        place: {
          [key: string]: number;
        };
        name: string;
      }[];
    };
    PathMap: {
      server: string;
      local: string;
    };
    PictureDescription: {
      dataset: {
        id: number;
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        axes: string[];
      };
      place: {
        [key: string]: number;
      };
      name: string;
      path: string;
      revision: number;
      width: number;
      height: number;
      tileSize: number;
      levels: {
        width: number;
        height: number;
      }[];
      bitDepth: 8 | 16 | 32;
      /** @enum {string} */
      sampleFormat: 'uint' | 'float';
      raw: boolean;
      pages: number;
      page: number;
      exact: boolean;
      pixelSize?: {
        x: number;
        y: number;
        /** @constant */
        unit: 'µm';
      };
      defaultWindow: {
        low: number;
        high: number;
      };
      histogram: {
        low: number;
        binWidth: number;
        counts: number[];
        minimum: number;
        maximum: number;
        sampled: number;
        total: number;
        notFinite: number;
      };
      version: string;
    };
    PictureValue: {
      x: number;
      y: number;
      value: number | null;
      exact: boolean;
    };
    PipelineChoice: {
      id: string;
      /** @enum {string} */
      kind: 'example' | 'run';
      name: string;
      title: string;
      description: string;
      file: string;
      text: string;
      tools: string[];
      sources: {
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        axes: string[];
      }[];
      stages: number;
      last: {
        id: number;
        name: string;
        /** @enum {string} */
        state: 'active' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'archived';
        created: string;
      } | null;
    };
    PipelineSource: {
      file: string;
      text: string;
      tools: string[];
      params: {
        [key: string]: {
          [key: string]: string;
        };
      };
    };
    PlannedEdit: {
      problems: components['schemas']['FieldProblem'][];
      changes: components['schemas']['RevisionChange'][];
      effects: components['schemas']['StageEffect'][];
      pipeline: components['schemas']['PipelineSource'] | null;
      graph?: components['schemas']['RunGraph'];
    };
    PlannedRun: {
      problems: components['schemas']['FieldProblem'][];
      warnings: {
        field: string;
        message: string;
      }[];
      sources: {
        name: string;
        items: number;
        bytes: number | null;
        open: boolean;
      }[];
      stages: {
        name: string;
        tasks: number | null;
        open: boolean;
      }[];
    };
    PoolName: string;
    Priority: number;
    PriorityBody: {
      priority: components['schemas']['Priority'];
    };
    ProbeAnswer: {
      storeFolder: string;
      file: string;
      content: string;
    };
    ProbeRequest: {
      version: string;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      code: string;
      mend?: string;
      file?: string;
      line?: number;
      field?: string;
      problems?: {
        code: string;
        message: string;
        file: string;
        line: number;
        field: string;
        mend: string;
      }[];
    };
    ReadNotificationsBody: {
      ids?: number[];
      through?: number;
    };
    ReceivedRequest: {
      session: string;
      outputs: components['schemas']['ReportedOutput'][];
      emptyFolders: string[];
    };
    RecentFolder: {
      folder: string;
      pattern: string;
      used: string;
    };
    RemoteStorage: {
      /** @enum {string} */
      kind: 'shared' | 'transfer';
      store: string;
      maps: components['schemas']['PathMap'][];
      tools: string;
      standardTools?: string;
    };
    Report: {
      attempt: number;
      outcome: components['schemas']['AttemptOutcome'];
      exitCode?: number;
      signal?: string;
      message?: string;
      /** Format: date-time */
      startedAt: string;
      /** Format: date-time */
      endedAt: string;
      resources: {
        wallSeconds: number;
        cpuSeconds?: number;
        maxRssBytes?: number;
      };
      outputs: components['schemas']['ReportedOutput'][];
      results?: {
        [key: string]: number;
      };
      log?: components['schemas']['LogReference'];
    };
    ReportedOutput: {
      output: string;
      name: string;
      path: string;
      size: number;
      checksum: string;
      files?: number;
    };
    ReportsAnswer: {
      refused: number[];
    };
    ReportsRequest: {
      session: string;
      reports: components['schemas']['Report'][];
    };
    ResubmitBody: {
      tasks?: number[];
      stages?: string[];
      states?: ('succeeded' | 'failed' | 'cancelled')[];
      place?: {
        [key: string]: [number, number];
      };
      /** @default false */
      below?: boolean;
      /** @default false */
      dryRun?: boolean;
    };
    Resubmitted: {
      again: number;
      below: number;
      stages: {
        stage: string;
        again: number;
        below: number;
      }[];
      forced: boolean;
      dryRun: boolean;
    };
    ResumeBody: {
      again:
        | ('none' | 'all')
        | number[]
        | {
            stages: string[];
          };
    };
    ResumedAnswer: {
      again: number;
    };
    RetryAnswer: {
      again: number;
      runs: number[];
      refused: {
        run: number;
        tasks: number;
        code: string;
        message: string;
        mend?: string;
      }[];
    };
    RetryBody: {
      tasks?: number[];
      filter?: components['schemas']['FailureFilter'];
    };
    ReturnsRequest: {
      session: string;
      attempts: number[];
    };
    RevisionChange:
      | {
          stage: string;
          /** @enum {string} */
          kind: 'added' | 'removed' | 'replaced' | 'changed';
          parts: {
            field: string;
            from?: string;
            to?: string;
          }[];
          /** @enum {string} */
          effect: 'redo' | 'judge' | 'keep';
        }
      | {
          source: string;
          /** @constant */
          kind: 'bounds';
          parts: {
            field: string;
            from?: string;
            to?: string;
          }[];
        };
    RevisionSummary: {
      revision: number;
      at: string;
      by: string | null;
      note: string | null;
      pipeline: components['schemas']['PipelineSource'] | null;
      changes: components['schemas']['RevisionChange'][];
      redone: number;
    };
    RunChoices: {
      name: string;
      pipeline: {
        file: string;
        text: string;
      };
      tools: string[];
      params: {
        [key: string]: {
          [key: string]: string;
        };
      };
      sources: {
        [key: string]: number | components['schemas']['FolderSource'];
      };
      pool?: components['schemas']['PoolName'];
    };
    RunDetail: {
      id: number;
      name: string;
      pipeline: string;
      /** @enum {string} */
      state: 'active' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'archived';
      priority: number;
      created: string;
      ended: string | null;
      seconds: number;
      change: number;
      revision: number;
      tasks: components['schemas']['TaskCounts'];
      sources: {
        name: string;
        dataset: number;
        items: number;
        closed: boolean;
        intake?: components['schemas']['IntakeState'];
      }[];
      stages: components['schemas']['StageSummary'][];
      tooLarge: components['schemas']['TooLarge'][];
      nextTries: {
        tasks: number;
        first: string;
      } | null;
    };
    RunEventAbout:
      | {
          /** @constant */
          kind: 'created';
        }
      | {
          /** @constant */
          kind: 'paused';
        }
      | {
          /** @constant */
          kind: 'taken-up';
          again: number;
          below: number;
        }
      | {
          /** @constant */
          kind: 'stage-paused';
          stage: string;
        }
      | {
          /** @constant */
          kind: 'stage-resumed';
          stage: string;
        }
      | {
          /** @constant */
          kind: 'priority';
          priority: number;
        }
      | {
          /** @constant */
          kind: 'edited';
          revision: number;
          note: string | null;
          redone: number;
        }
      | {
          /** @constant */
          kind: 'agent-lost';
          agent: string;
          attempts: number;
        }
      | {
          /** @constant */
          kind: 'ended';
          /** @enum {string} */
          state: 'succeeded' | 'failed' | 'cancelled';
        }
      | {
          /** @constant */
          kind: 'archived';
        }
      | {
          /** @constant */
          kind: 'unarchived';
        };
    RunGraph: {
      sources: {
        name: string;
        type: string;
        axes: string[];
      }[];
      stages: {
        name: string;
        tool: string;
        title: string;
        axes: string[];
        results: {
          name: string;
          title: string;
          unit: string | null;
        }[];
        outputs: {
          name: string;
          /** @enum {string} */
          type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
          dataset?: number;
          axes: string[];
        }[];
      }[];
      edges: {
        from: string;
        to: string;
        input: string;
        output?: string;
        pattern: string;
      }[];
    };
    RunOutput: {
      stage: string;
      output: string;
      dataset: number;
      /** @enum {string} */
      type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
      axes: string[];
      items: {
        place: {
          [key: string]: number;
        };
        name: string;
        path: string;
        size: number;
        checksum: string;
        modified: string;
        stale: boolean;
      }[];
    };
    RunSummary: {
      id: number;
      name: string;
      pipeline: string;
      /** @enum {string} */
      state: 'active' | 'paused' | 'succeeded' | 'failed' | 'cancelled' | 'archived';
      priority: number;
      created: string;
      ended: string | null;
      seconds: number;
      change: number;
      revision: number;
      tasks: components['schemas']['TaskCounts'];
    };
    RunTimeline: {
      /** Format: date-time */
      from: string;
      /** Format: date-time */
      to: string;
      stages: {
        name: string;
        tasks: number;
        looked: number;
        first: string | null;
        last: string | null;
        ended: number[];
      }[];
      events: {
        /** Format: date-time */
        at: string;
        about: components['schemas']['RunEventAbout'];
      }[];
    };
    SealedAnswer: {
      fingerprint: string;
    };
    ServerStatus: {
      version: string;
      pid: number;
      dataDirectory: string;
      upSeconds: number;
    };
    SignInAddress: {
      address: string;
    };
    StageEffect: {
      stage: string;
      again: number;
      follow: number;
      more: number;
      fewer: number;
      left: number;
      back: number;
    };
    StageSummary: {
      id: number;
      name: string;
      tool: string;
      axes: string[];
      paused: boolean;
      tasks: components['schemas']['TaskCounts'];
    };
    StorageState: {
      folder: string;
      outputs: {
        items: number;
        bytes: number;
      };
      free: number;
      size: number;
    };
    TableAnswer: {
      dataset: {
        id: number;
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        axes: string[];
      };
      place: {
        [key: string]: number;
      };
      name: string;
      path: string;
      revision: number;
      rows: number;
      from: number;
      columns: {
        name: string;
        /** @enum {string} */
        kind: 'number' | 'text';
        unit: string | null;
        definition: string | null;
        count: number;
        minimum: number | null;
        median: number | null;
        maximum: number | null;
        values: (number | string | null)[];
      }[];
      version: string;
    };
    TaskCounts: {
      [key: string]: number;
    };
    TaskExplanation: {
      id: number;
      stage: string;
      place: {
        [key: string]: number;
      };
      /** @enum {string} */
      state: 'waiting' | 'blocked' | 'ready' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';
      stale: boolean;
      message: string | null;
      run: number;
      runName: string;
      tool: string;
      why: string[];
      inputs: {
        name: string;
        from: string;
        dataset: number;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        available: number;
        pending: number;
        failed: number;
        items: {
          place: {
            [key: string]: number;
          };
          name: string;
          path: string;
          revision: number;
        }[];
      }[];
      attempts: components['schemas']['AttemptSummary'][];
      tries: {
        made: number;
        of: number;
        next: string | null;
      };
      asks: components['schemas']['TaskRequest'];
    };
    TaskRequest: {
      cpu: number;
      memory: number;
      gpu: number;
      pool?: components['schemas']['PoolName'];
      labels?: components['schemas']['Labels'];
    };
    TaskSummary: {
      id: number;
      stage: string;
      place: {
        [key: string]: number;
      };
      /** @enum {string} */
      state: 'waiting' | 'blocked' | 'ready' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';
      stale: boolean;
      message: string | null;
      last: {
        agent: string;
        ended: string;
        seconds: number | null;
        memory: number | null;
      } | null;
    };
    TaskWork: {
      command?: string[];
      persistent: boolean;
      params: {
        [key: string]: unknown;
      };
      outputs: {
        output: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        dataset: number;
        place: {
          [key: string]: number;
        };
        name: string;
        path: string;
        size: number;
        revision: number;
      }[];
    };
    TooLarge: {
      run: number;
      stage: string;
      tasks: number;
      asks: components['schemas']['TaskRequest'];
      largest: {
        agent: string;
        cpu: number;
        memory: number;
      } | null;
    };
    ToolParam:
      | {
          /** @constant */
          type: 'string';
          title?: string;
          /** @default  */
          description: string;
          /** @description The unit of its numbers, such as px, % or µm, for forms. */
          unit?: string;
          /**
           * @description A required parameter without a default must be given by the stage; any other may be absent.
           * @default false
           */
          required: boolean;
          default?: string;
        }
      | {
          /** @constant */
          type: 'integer';
          title?: string;
          /** @default  */
          description: string;
          /** @description The unit of its numbers, such as px, % or µm, for forms. */
          unit?: string;
          /**
           * @description A required parameter without a default must be given by the stage; any other may be absent.
           * @default false
           */
          required: boolean;
          min?: number;
          max?: number;
          default?: number;
        }
      | {
          /** @constant */
          type: 'number';
          title?: string;
          /** @default  */
          description: string;
          /** @description The unit of its numbers, such as px, % or µm, for forms. */
          unit?: string;
          /**
           * @description A required parameter without a default must be given by the stage; any other may be absent.
           * @default false
           */
          required: boolean;
          min?: number;
          max?: number;
          default?: number;
        }
      | {
          /** @constant */
          type: 'boolean';
          title?: string;
          /** @default  */
          description: string;
          /** @description The unit of its numbers, such as px, % or µm, for forms. */
          unit?: string;
          /**
           * @description A required parameter without a default must be given by the stage; any other may be absent.
           * @default false
           */
          required: boolean;
          default?: boolean;
        }
      | {
          /** @constant */
          type: 'enum';
          title?: string;
          /** @default  */
          description: string;
          /** @description The unit of its numbers, such as px, % or µm, for forms. */
          unit?: string;
          /**
           * @description A required parameter without a default must be given by the stage; any other may be absent.
           * @default false
           */
          required: boolean;
          values: (string | number)[];
          default?: string | number;
        }
      | {
          /** @constant */
          type: 'array';
          title?: string;
          /** @default  */
          description: string;
          /** @description The unit of its numbers, such as px, % or µm, for forms. */
          unit?: string;
          /**
           * @description A required parameter without a default must be given by the stage; any other may be absent.
           * @default false
           */
          required: boolean;
          items:
            | {
                /** @constant */
                type: 'string';
              }
            | {
                /** @constant */
                type: 'integer';
                min?: number;
                max?: number;
              }
            | {
                /** @constant */
                type: 'number';
                min?: number;
                max?: number;
              }
            | {
                /** @constant */
                type: 'enum';
                values: (string | number)[];
              };
          minItems?: number;
          maxItems?: number;
          default?: (string | number)[];
        };
    ToolSummary: {
      name: string;
      version: string;
      title: string;
      description: string;
      folder: string;
      inputs: {
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        title: string;
        description: string;
        many: boolean;
        required: boolean;
      }[];
      params: {
        name: string;
        declared: components['schemas']['ToolParam'];
      }[];
      outputs: {
        name: string;
        /** @enum {string} */
        type: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        title: string;
        description: string;
      }[];
    };
    UnreadAnswer: {
      unread: number;
    };
    UploadState: {
      offset: number;
    };
    WatchBody: {
      /** @default 500 */
      settleMs?: number;
      /** @default auto */
      events?: 'auto' | boolean;
      /** @default true */
      wholeTiffs?: boolean;
      /** @default {} */
      completeWhen?: components['schemas']['CompleteWhen'];
      /**
       * @default files
       * @enum {string}
       */
      kind?: 'files' | 'tiles';
      folder: string;
      /** @default  */
      pattern?: string;
    };
    WatchOptions: {
      /** @default 500 */
      settleMs: number;
      /** @default auto */
      events: 'auto' | boolean;
      /** @default true */
      wholeTiffs: boolean;
      /** @default {} */
      completeWhen: components['schemas']['CompleteWhen'];
      /**
       * @default files
       * @enum {string}
       */
      kind: 'files' | 'tiles';
    };
    WorkerInput: {
      path: string;
      name: string;
      place: {
        [key: string]: number;
      };
      size: number;
    };
    WorkerRequest: {
      id: string;
      folder: string;
      at: {
        [key: string]: number;
      };
      inputs: {
        [key: string]: components['schemas']['WorkerInput'] | components['schemas']['WorkerInput'][];
      };
      params: {
        [key: string]: unknown;
      };
      outputs: {
        [key: string]: string;
      };
      resources: {
        cpu: number;
        memory: number;
      };
    };
  };
  responses: {
    /** @description What went wrong, as problem details (RFC 9457); `code` says which, `mend` what to do. */
    Problem: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}

export interface operations {
  readStatus: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ServerStatus'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readStorage: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StorageState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listDatasets: {
    parameters: {
      query?: {
        type?: 'image' | 'table' | 'vector' | 'pyramid' | 'model' | 'notebook' | 'annotation' | 'file';
        text?: string;
        after?: number;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createDataset: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewDatasetBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listItems: {
    parameters: {
      query?: {
        at?: components['schemas']['BoxText'];
        after?: string;
        limit?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ItemSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  admitItems: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewItemsBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AdmittedAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  closeDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  sealDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SealedAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listIntakes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IntakesAtWork'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readIntake: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IntakeState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  resumeIntake: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['IntakeBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IntakeState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readDataset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetDetail'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readItem: {
    parameters: {
      query?: {
        place?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ItemDetail'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readItemFile: {
    parameters: {
      query?: {
        place?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readLineage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DatasetLineage'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  previewChange: {
    parameters: {
      query: {
        change: 'close' | 'seal';
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ChangePreview'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readWatch: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LiveSourceState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  watchFolder: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['WatchBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LiveSourceState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  unwatchFolder: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listWatches: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LiveSourceState'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  browseFolder: {
    parameters: {
      query?: {
        path?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FolderListing'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRecentFolders: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecentFolder'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  lookAtFolder: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['LookBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FolderLook'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  drawFileThumbnail: {
    parameters: {
      query: {
        path: string;
        size?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'image/webp': unknown;
          'image/png': unknown;
          'image/jpeg': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listPipelines: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PipelineChoice'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  checkPipeline: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CheckPipelineBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CheckedPipeline'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listTools: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ToolSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  planRun: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewRunBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PlannedRun'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readChoices: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunChoices'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRuns: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  createRun: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['NewRunBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CreatedAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunDetail'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  resumeRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ResumeBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ResumedAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  resubmitTasks: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ResubmitBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Resubmitted'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  cancelRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  pauseRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  archiveRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  unarchiveRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  setPriority: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['PriorityBody'];
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  pauseStage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
        stage: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  resumeStage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
        stage: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listTasks: {
    parameters: {
      query?: {
        state?:
          'waiting' | 'blocked' | 'ready' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';
        stage?: string;
        limit?: number;
        after?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listOutputs: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunOutput'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listRevisions: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevisionSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readPipeline: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EditablePipeline'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  editRun: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EditRunBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EditedRun'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  checkEdit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EditRunBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PlannedEdit'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readGraph: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunGraph'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readHistogram: {
    parameters: {
      query: {
        stage: string;
        measure: components['schemas']['Measure'];
        bins?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Histogram'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readTimeline: {
    parameters: {
      query?: {
        bins?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RunTimeline'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readMap: {
    parameters: {
      query: {
        stage: string;
        x?: string;
        y?: string;
        at?: string;
        since?: number;
        measure?: components['schemas']['Measure'];
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  findTask: {
    parameters: {
      query: {
        run: number;
        stage: string;
        place?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FoundTask'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  explainTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskExplanation'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readLog: {
    parameters: {
      query?: {
        attempt?: number;
        follow?: 'true' | 'false';
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/x-ndjson': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readLogEnd: {
    parameters: {
      query?: {
        attempt?: number;
        lines?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LogEnd'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readWork: {
    parameters: {
      query?: {
        attempt?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskWork'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readFile: {
    parameters: {
      query: {
        output: string;
        place?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  groupFailures: {
    parameters: {
      query?: {
        run?: number;
        cause?: number;
        stage?: string;
        pipeline?: string;
        outcome?: 'failed' | 'timed-out' | 'out-of-memory' | 'start-failed' | 'lost';
        agent?: string;
        host?: string;
        since?: string;
        before?: string;
        by?: 'cause' | 'stage' | 'agent' | 'host';
        limit?: number;
        after?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FailureGroups'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  summarizeFailures: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FailureSummary'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listFailedTasks: {
    parameters: {
      query?: {
        run?: number;
        cause?: number;
        stage?: string;
        pipeline?: string;
        outcome?: 'failed' | 'timed-out' | 'out-of-memory' | 'start-failed' | 'lost';
        agent?: string;
        host?: string;
        since?: string;
        before?: string;
        limit?: number;
        after?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FailedTasks'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  retryFailures: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RetryBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RetryAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  describePicture: {
    parameters: {
      query?: {
        place?: string;
        page?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PictureDescription'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  renderTile: {
    parameters: {
      query: {
        place?: string;
        page?: number;
        level: number;
        x: number;
        y: number;
        low?: number;
        high?: number;
        gamma?: number;
        lut?:
          'grey' | 'inverted' | 'red' | 'green' | 'blue' | 'cyan' | 'magenta' | 'yellow' | 'labels' | 'ids';
        format?: 'webp' | 'png' | 'jpeg' | 'raw';
        v?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'image/webp': unknown;
          'image/png': unknown;
          'image/jpeg': unknown;
          'application/octet-stream': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  renderThumbnail: {
    parameters: {
      query?: {
        place?: string;
        page?: number;
        size?: number;
        low?: number;
        high?: number;
        gamma?: number;
        lut?:
          'grey' | 'inverted' | 'red' | 'green' | 'blue' | 'cyan' | 'magenta' | 'yellow' | 'labels' | 'ids';
        format?: 'webp' | 'png' | 'jpeg';
        v?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'image/webp': unknown;
          'image/png': unknown;
          'image/jpeg': unknown;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readPictureValue: {
    parameters: {
      query: {
        place?: string;
        page?: number;
        x: number;
        y: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PictureValue'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listOverlays: {
    parameters: {
      query?: {
        place?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['OverlaysAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  lookAround: {
    parameters: {
      query?: {
        place?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AroundAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readTable: {
    parameters: {
      query?: {
        place?: string;
        column?: string | string[];
        from?: number;
        limit?: number;
        v?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TableAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listMeasured: {
    parameters: {
      query?: {
        place?: string;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MeasuredAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  followEvents: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listNotifications: {
    parameters: {
      query?: {
        limit?: number;
        before?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Notifications'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readNotifications: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReadNotificationsBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UnreadAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  listAgents: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AgentSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  changeAgent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ChangeAgentBody'];
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  revokeAgent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  listInvitations: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InvitationSummary'][];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  inviteAgent: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['InviteAgentBody'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['IssuedInvitation'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  withdrawInvitation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  pauseAgent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  resumeAgent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  drainAgent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  issueSignInAddress: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SignInAddress'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  signOut: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  joinAgent: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['JoinRequest'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['JoinAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  claimTasks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ClaimRequest'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ClaimAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  reportAttempts: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReportsRequest'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReportsAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  renewSession: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['HeartbeatRequest'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HeartbeatAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  returnAttempts: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReturnsRequest'];
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  leaveAgent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        session: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  enrolAgent: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['EnrolRequest'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EnrolAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  probeStorage: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ProbeRequest'];
      };
    };
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProbeAnswer'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  fetchFile: {
    parameters: {
      query: {
        session: string;
        path: string;
        ticket: string;
        inner?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The bytes */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': unknown;
          'application/vnd.gantry.folder+json': string;
        };
      };
      default: components['responses']['Problem'];
    };
  };
  measureUpload: {
    parameters: {
      query: {
        session: string;
        path: string;
      };
      header?: never;
      path: {
        attempt: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UploadState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  sendOutput: {
    parameters: {
      query: {
        session: string;
        path: string;
        offset: number;
        size: number;
      };
      header?: never;
      path: {
        attempt: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UploadState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  receiveOutputs: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        attempt: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['ReceivedRequest'];
      };
    };
    responses: {
      /** @description Done */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: components['responses']['Problem'];
    };
  };
  sendLog: {
    parameters: {
      query: {
        file: string;
        offset: number;
      };
      header?: never;
      path: {
        session: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['UploadState'];
        };
      };
      default: components['responses']['Problem'];
    };
  };
  readDescription: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The answer */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      default: components['responses']['Problem'];
    };
  };
}
