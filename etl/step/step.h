/* step.h: the four steps, and the job they share. Each step reads only what the step before wrote,
 * runs alone and again, and does nothing when its output is complete. Policy lives here and nowhere
 * else: what an error's reach means for the other flows, what is logged, which exit code comes out.
 *
 *     extract    feed -> raw.gz, in.gz          transform    in.gz -> out.gz (and the catalogue)
 *     load       out.gz -> target, ledger       report       in.gz + ledger -> CSV
 *
 * Owns: the job owns its ledger, lock, sessions and arenas until job_close.
 * Errors: a step returns false only for ERR_STORE and ERR_SETUP; a system's trouble is noted in the
 * job. */
#ifndef TAGWERK_STEP_STEP_H
#define TAGWERK_STEP_STEP_H

#include "connector/session.h"
#include "plan/plan.h"
#include "step/progress.h"
#include "store/ledger.h"
#include "store/staging.h"
#include "wire/json.h"

/* The stable table of exit codes (man page, README). */
enum exit_code {
    EXIT_BALANCED = 0,
    EXIT_REFUSED = 1,    /* done; some records were refused */
    EXIT_SYSTEM = 2,     /* a system failed, others went on */
    EXIT_SETUP = 3,      /* configuration or mapping wrong; nothing was sent */
    EXIT_STORE = 4,      /* disk, ledger or staging */
    EXIT_LOCKED = 5,     /* another run holds the lock */
    EXIT_DOUBT = 6,      /* effects whose outcome is unknown remain */
    EXIT_UNBALANCED = 7, /* the balance is not zero */
    EXIT_USAGE = 64,
};

/* What one run did with one flow; for the table at the end and the log. */
struct tally {
    uint64_t staged; /* records read from the source */
    uint64_t states[STATE_COUNT];
    uint64_t calls, writes; /* at both ends */
    bool failed;            /* its source or target was useless */
    char trouble[600];
};

#define RUN_ID_SIZE 24

struct job {
    const struct plan *plan;
    const char *command;
    struct arena *arena; /* of the run */
    struct ledger *ledger;
    struct lock lock;
    struct session *sessions; /* one per account of the plan; opened on first use */
    struct progress progress;
    struct tally (*tallies)[KIND_COUNT]; /* by route, kind */
    char run[RUN_ID_SIZE];               /* e.g. 20240603T081500.123Z: sorts by time */
    int64_t begun_utc, day;              /* the run's local day */
    int64_t only_day;                    /* rerun: records of this day; else UNSAID */
    bool retry_refused;                  /* rerun: what was refused is tried again */
};

/* Takes the lock (EXIT_LOCKED is reported through *locked), opens the ledger, makes a run id. */
MUST_CHECK bool job_open(const struct plan *plan, const char *command, struct arena *arena,
                         struct job *out, bool *locked, struct err *err);
void job_close(struct job *job);
struct tally *job_tally(struct job *job, const struct flow *flow);
/* The account's session, opened when need be. */
MUST_CHECK bool job_session(struct job *job, const struct account *account, struct session **out,
                            struct err *err);
/* Counts the sessions' calls into the ledger and the tally. */
MUST_CHECK bool job_count_calls(struct job *job, const struct flow *flow, struct session *session,
                                struct err *err);
/* Notes that a flow cannot go on in this run; logged once. */
void flow_failed(struct job *job, const struct flow *flow, const struct err *err);
enum exit_code job_exit_code(const struct job *job);

/* Where a route's run lies: staging/<route>/<day>/<run>. */
MUST_CHECK bool run_folder(const struct job *job, const char *route, const char *run,
                           char out[static PATH_SIZE], struct err *err);
/* The moment a run id names. */
MUST_CHECK bool run_begun(const char *run, int64_t *out_utc, struct err *err);

/* Writes the records of a page. One that names no moment has found_utc: it must stand in some day's
 * report. `line` is overwritten. */
MUST_CHECK bool stage_records(struct staging_out *in, const struct intake *intake,
                              int64_t found_utc, struct buf *line, struct err *err);
MUST_CHECK bool extract_flow(struct job *job, const struct flow *flow, const char *folder,
                             struct err *err);
/* Writes in.gz anew from the answers as they came. */
MUST_CHECK bool reread_flow(struct job *job, const struct flow *flow, const char *raw_folder,
                            const char *folder, struct err *err);
/* `in_folder` and `out_folder` differ for a rerun. */
MUST_CHECK bool transform_flow(struct job *job, const struct flow *flow, const char *in_folder,
                               const char *out_folder, struct err *err);
MUST_CHECK bool load_flow(struct job *job, const struct flow *flow, const char *folder,
                          struct err *err);
/* Checks that every record staged in `in_folder` has its word, then writes
 * reports/<day>/<route>-<flow>.csv and summary.csv for every day that is due:
 * this run's, and those of runs that ended before their report. */
MUST_CHECK bool report_flow(struct job *job, const struct flow *flow, const char *in_folder,
                            struct err *err);
MUST_CHECK bool report_days(struct job *job, const struct route *route,
                            const struct reasons *reasons, struct err *err);
/* manifest.json: what a run's folder holds, with digests that `b2sum -l 256` prints. */
MUST_CHECK bool report_manifest(struct job *job, const struct route *route, const char *folder,
                                struct err *err);

/* One line of an out file: what the mapping made of a record. */
struct outline {
    enum outcome outcome;
    const char *code, *text, *rules, *notes, *fingerprint;
    struct record *record;
};
/* Of a line to be sent, the fingerprint is made here, not taken from it. `scratch` is overwritten.
 */
void outline_put(struct json_out *out, const struct outline *line, struct buf *scratch);
MUST_CHECK bool outline_get(const char *text, size_t len, enum kind kind, struct arena *arena,
                            struct outline *out, struct err *err);

#endif
