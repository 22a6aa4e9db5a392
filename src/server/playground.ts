import type { ServerResponse } from 'node:http';

/** The playground is one page with everything in it: nothing is fetched but from this server. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  'worker-src blob: data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers for whatever answers a browser that opens the playground. */
export function protectPlayground(response: ServerResponse): void {
  response.setHeader('content-security-policy', POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
}

/** Ready-made operations for the main flow, one tab each. */
export const playgroundTabs = [
  {
    query: `# 1. A table that ships with the server.
# Run it, then copy the id into the next tab.
mutation CreateSample {
  createSampleDataset(input: { key: "penguins" }) {
    ... on CreateSampleDatasetSuccess {
      dataset {
        id
        name
        status
      }
    }
    ... on Error {
      code
      message
    }
  }
}
`,
  },
  {
    query: `# 2. Analysis, preprocessing and training
# in one call. Copy the id into the next tabs.
mutation Run($datasetId: ID!) {
  runExperiment(
    input: {
      datasetId: $datasetId
      target: "species"
      budgetSeconds: 30
    }
  ) {
    ... on RunExperimentSuccess {
      experiment {
        id
        name
        status
      }
    }
    ... on Error {
      code
      message
      path
    }
  }
}
`,
    variables: JSON.stringify({ datasetId: 'the id from tab 1' }, null, 2),
  },
  {
    query: `# 3. Everything that happens, live.
# It ends with the experiment.
subscription Events($experimentId: ID!) {
  experimentEvents(experimentId: $experimentId) {
    __typename
    sequence
    cursor
    ... on StageStarted {
      stage
    }
    ... on StageProgressed {
      stage
      progress {
        fraction
        message
        etaSeconds
        bestScore
      }
    }
    ... on FoldScored {
      modelRun {
        algorithm
      }
      fold
      score
    }
    ... on RunFinished {
      modelRun {
        algorithm
        score
        rank
      }
    }
    ... on StageFailed {
      failure {
        code
        message
      }
    }
    ... on ExperimentFinished {
      experiment {
        status
        bestRun {
          algorithm
          score
        }
      }
    }
  }
}
`,
    variables: JSON.stringify({ experimentId: 'the id from tab 2' }, null, 2),
  },
  {
    query: `# 4. The leaderboard, live.
subscription Leaderboard($experimentId: ID!) {
  leaderboardUpdates(experimentId: $experimentId) {
    runs {
      rank
      algorithm
      status
      score
      scoreInterval
      foldScores
    }
  }
}
`,
    variables: JSON.stringify({ experimentId: 'the id from tab 2' }, null, 2),
  },
  {
    query: `# 5. What came out: the ranking, the code,
# the model files.
query Result($experimentId: ID!) {
  node(id: $experimentId) {
    ... on Experiment {
      status
      taskType
      metric
      analysis {
        overview {
          qualityScore
        }
        issues {
          severity
          message
          fix
        }
      }
      preprocessing {
        steps {
          key
          columns
          reason
        }
        code
      }
      leaderboard {
        nodes {
          rank
          label
          score
          scoreBasis
          scoreInterval
          featureImportance(first: 5) {
            feature
            importance
          }
          artifacts {
            name
            byteSize
            sha256
            download {
              url
            }
          }
        }
      }
    }
  }
}
`,
    variables: JSON.stringify({ experimentId: 'the id from tab 2' }, null, 2),
  },
];
