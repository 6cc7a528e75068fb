/* connector.h: the contract every system keeps. A connector is a const table of pure functions: it
 * turns a question into a request and a response into records, and does no I/O. connector/session.c
 * is the only caller of the transport: it signs, paces, retries, redacts, counts and times out,
 * once, for all.
 *
 * A row in `feeds` or `sinks` is the capability; a NULL function is a capability that is not there.
 * Everything a function makes goes into the arena it is handed. Nothing here may keep state between
 * calls.
 *
 * Errors: ERR_RECORD: this record; ERR_RETRY: try the call again, the far side did nothing;
 * ERR_SYSTEM: the account is useless for now. Error texts must be free of personal data and
 * secrets: session.c cuts what the far side says to a length, and removes every secret of the
 * account from it. */
#ifndef TAGWERK_CONNECTOR_CONNECTOR_H
#define TAGWERK_CONNECTOR_CONNECTOR_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/config.h"
#include "core/err.h"
#include "model/record.h"
#include "wire/http.h"
#include "wire/tree.h"
#include "wire/zone.h"

/* One configured login at a system. */
struct account {
    const char *name;
    const struct connector *connector;
    struct settings settings;
    const char *url;   /* base, without a trailing slash */
    struct zone *zone; /* the system's local time */
};

/* Half-open: from <= t < until. from UNSAID: since ever. */
struct window {
    int64_t from_utc, until_utc;
};

#define REQUEST_HEADERS_MAX 8

struct request {
    enum http_method method;
    const char *call; /* what it is, without ids: "GetSoldItems", "POST /orders"; for logs, counts
                         and signing */
    bool forgives;    /* it asks for a feed's page, of which a damaged text may cost one record */
    bool changes;   /* asks the far side to change something: never repeated on a guess, paced as a
                       write */
    struct buf url; /* begins with the account's base */
    struct buf body;
    struct http_header headers[REQUEST_HEADERS_MAX + 1];
    size_t headers_len;
    struct arena *arena; /* for header values and cursors */
};

struct response {
    int status;
    const struct node
        *root;        /* the parsed body; NULL when it is empty or not of the connector's format */
    size_t damaged;   /* texts of it that hold a U+FFFD for bytes that were not UTF-8 */
    const char *body; /* decoded bytes, NUL behind */
    size_t body_len;
    const struct http_call *call; /* for http_header */
    struct arena *arena;
};

/* What a page held. */
struct intake {
    struct arena *arena;
    const struct window *window; /* that was asked for; NULL: nobody goes on from here */
    struct record **records;
    size_t records_len, records_room;
    const char *next[8]; /* cursors to go on with; more than one may run side by side */
    size_t next_len;
    size_t damaged;  /* texts of the page that no record has answered for */
    int64_t claimed; /* how many records the source says the whole answer holds; UNSAID when it does
                        not say */
};

/* `entry`: what the record was read from. A damaged text is the record's flaw. */
void intake_add(struct intake *intake, struct record *record, const struct node *entry);
/* The same for a record that is not given yet, but goes on in a cursor, and for a further entry of
 * one that several make up. */
void intake_hold(struct intake *intake, struct record *record, const struct node *entry);
void intake_next(struct intake *intake, const char *cursor);

enum verdict {
    VERDICT_NONE,    /* not heard yet */
    VERDICT_DONE,    /* the target did it */
    VERDICT_SAME,    /* the target has had exactly this */
    VERDICT_REFUSED, /* the target will not have it; code and text say why */
    VERDICT_AGAIN,   /* not done, through no fault of its own (another entry spoilt the batch) */
    VERDICT_ABSENT,  /* sought and not there: it may be sent */
    VERDICT_UNSURE,  /* the answer does not tell: seek it */
};

/* One effect in a batch. */
struct entry {
    const char *key; /* the target's external reference of it; derived, never random */
    const struct record
        *record; /* what is to be there; when sought after a crash, only its head may be filled */
    unsigned revision;       /* 1, and one more for each change after hand-over */
    int64_t revised_utc;     /* when this revision was first intended; moves with every revision */
    const char *target_id;   /* the target's own id, once known */
    const struct node *seen; /* what a seek saw there, for a write that must extend what it finds */
    const char *seen_text;
    enum verdict verdict;
    const char *code, *text; /* reason of a refusal, or a remark */
    struct texts ours;       /* per_order: every number we ever had for the order, live or not */
    void *owner;
};

#define BATCH_MAX 250

struct batch {
    struct entry *entries;
    size_t len;
    struct arena *arena;
    const char
        *next; /* seek: cursor of the next page; set by found, handed to ask, NULL at the first */
    bool written; /* seek: this batch has just been written; what is missing now was refused without
                     a word */
};

/* The word of a hook's hint or a feed's own first question. A feed is asked with cursor NULL first.
 */
typedef bool ask_fn(const struct account *account, const struct window *window, const char *cursor,
                    struct request *out, struct err *err);
/* `cursor` is the one the page was asked with. A bad record in a good page is added with its flaw.
 */
typedef bool read_fn(const struct account *account, const struct response *response,
                     const char *cursor, struct intake *out, struct err *err);
/* Asks for the whole batch in one request. What cannot even be said to the target is left out and
 * REFUSED on the spot; when nothing is left to say, false with ERR_RECORD. Entries that are REFUSED
 * already are left out. */
typedef bool write_fn(const struct account *account, struct batch *batch, struct request *out,
                      struct err *err);
/* One verdict per entry that was written; refusals of write stay. False: the answer says nothing of
 * the batch, and err why; then all are in doubt, as if none had come. */
typedef bool hear_fn(const struct account *account, const struct response *response,
                     struct batch *batch, struct err *err);
typedef bool seek_fn(const struct account *account, struct batch *batch, struct request *out,
                     struct err *err);
/* Gives DONE, SAME or REFUSED to entries it can tell about, sets target_id and seen, leaves the
 * others. */
typedef bool found_fn(const struct account *account, const struct response *response,
                      struct batch *batch, struct err *err);
typedef bool sign_fn(const struct account *account, struct request *request, struct err *err);
/* ERR_NONE: the answer may be read. Sees every whole answer, whatever its status. */
typedef enum err_kind judge_fn(const struct account *account, const struct request *request,
                               const struct response *response, struct err *err);

/* How a feed's window is reckoned. */
enum span {
    SPAN_DAYS,  /* whole local days: yesterday and today, and every day since the watermark's day */
    SPAN_SINCE, /* since the watermark, less the overlap; the first time since the route's first
                   days */
    SPAN_ALL,   /* like SPAN_SINCE, but the first time everything: a catalogue. from_utc is UNSAID
                   then */
};

struct feed {
    enum kind kind;
    ask_fn *ask;
    read_fn *read;
    enum span span;
    int64_t overlap_s;
    bool whole; /* the system cannot be asked by time, nor do its records have one: the window is
                   left out */
    const char *const
        *veil; /* elements whose content never reaches the disk (bank data); ends with NULL */
};

/* A place to look for an effect. Places are looked through in turn: found in one is settled, found
 * in none is absent. */
struct seek {
    size_t batch_max;
    seek_fn *ask;
    found_fn *found;
    bool lists_all; /* asks for everything that is there, and names no entry */
};

struct sink {
    enum kind kind;
    bool upserts;    /* the same key again changes what is there and never makes a second */
    bool seek_first; /* look before writing: the write needs what is there, or a second create would
                        double */
    bool per_order;  /* one place per order at the target: a shipment brings all the order's numbers
                      */
    const char *variant; /* only where the account's variant option has this value; NULL: always */
    size_t batch_max;
    write_fn *write;
    hear_fn *hear;
    const struct seek *seeks; /* ends with {0}; NULL: this target is blind */
};

/* At most so many calls of a kind within any such span. */
struct pace {
    enum {
        PACE_READS,
        PACE_WRITES,
        PACE_ALL,
        PACE_CALL, /* of one name: a limit per endpoint */
    } of;
    unsigned most, span_ms;
};

#define PACES_MAX 4

struct limits {
    struct pace paces[PACES_MAX]; /* what the system publishes; the rest is {0} */
    unsigned month_calls;         /* that are free within a calendar month; 0: no such limit */
    unsigned in_flight;           /* default; the account option `in_flight` overrides */
    unsigned timeout_ms;
    size_t body_max;
};

/* What `doctor` asks: read-only. */
struct finding {
    enum { FINDING_GOOD, FINDING_WARN, FINDING_BAD } grade;
    const char *text;
    const char *mend; /* what to do; NULL when there is nothing */
};

struct findings {
    struct arena *arena;
    struct finding list[16];
    size_t len;
    int64_t server_utc; /* the far side's clock, UNSAID when it did not tell */
};

void findings_add(struct findings *findings, int grade, const char *text, const char *mend);

struct probe {
    const char *what;
    /* False with ERR_NONE: there is nothing to ask (no tag configured). */
    bool (*ask)(const struct account *account, const char *tag, struct request *out,
                struct err *err);
    bool (*tell)(const struct account *account, const char *tag, const struct response *response,
                 struct findings *out, struct err *err);
};

/* A webhook it can receive. */
struct hook {
    const char *signature_header; /* lower case */
    /* Is the body really from the system? In constant time. */
    bool (*genuine)(const struct account *account, const char *signature, const void *body,
                    size_t len);
    /* The cursor with which the kind's feed is to be asked; NULL: nothing to look at. */
    const char *(*hint)(const struct account *account, const struct node *body, enum kind *kind,
                        struct arena *arena);
};

enum format { FORMAT_JSON, FORMAT_XML };

/* ---- from bytes to records (answer.c) ---- */

/* The tree of an answer's body. `damaged` NULL: bytes that are not UTF-8 refuse it. Else they are
 * read as U+FFFD, and *damaged says how many texts hold one, so that feed_read can tell what they
 * cost; a damaged name refuses it still. */
MUST_CHECK bool answer_parse(enum format format, const char *bytes, size_t len, struct arena *arena,
                             const struct node **out, size_t *damaged, struct err *err);
/* The feed's read, and all that is true of every feed: damage outside of the page's records may
 * hide other records, and is an error. */
MUST_CHECK bool feed_read(const struct feed *feed, const struct account *account,
                          const struct response *response, const char *cursor,
                          struct intake *intake, struct err *err);

struct connector {
    const char *name, *title;
    const struct option *options; /* account settings besides the common ones; ends with {0} */
    const char *variant_option;   /* NULL: no variants */
    const char *url;              /* default base */
    const char *zone;             /* the system's local time */
    enum format format;
    struct limits limits;
    sign_fn *sign;
    judge_fn *judge; /* NULL: by HTTP status */
    const struct feed *feeds;
    const struct sink *sinks;
    const struct probe *probes;
    const struct hook *hook;
};

/* The registry: registry.def holds one row per system, CONNECTOR(name), whose table is
 * name_connector. */
#define CONNECTOR(name) extern const struct connector name##_connector;
#include "connector/registry.def"
#undef CONNECTOR

const struct connector *const *connectors(void); /* ends with NULL */
const struct connector *connector_find(const char *name);
const struct feed *feed_of(const struct account *account, enum kind kind);
const struct sink *sink_of(const struct account *account, enum kind kind);
/* Options that every account has: system, url, in_flight, pace, timeout. */
extern const struct option account_options[];

/* Is this sink entry part of the request that write made? */
static inline bool entry_is_written(const struct entry *entry)
{
    return entry->verdict != VERDICT_REFUSED;
}

void entry_settle(struct entry *entry, enum verdict verdict, const char *code, const char *text);
/* Gives all written entries the same verdict. */
void batch_settle(struct batch *batch, enum verdict verdict, const char *code, const char *text);

/* Appends what the far side says, fit to be shown: one line of at most REMARK_MAX bytes, without
 * what it quotes of our data and without e-mail addresses. */
#define REMARK_MAX 300
void remark_put(struct buf *buf, const char *text);

/* Judging by HTTP status alone, for connectors that have nothing to add. */
enum err_kind judge_status(const struct response *response, struct err *err);

/* Helpers for building requests. */
void request_begin(struct request *request, enum http_method method, const char *call,
                   const struct account *account, const char *path);
void request_parameter(struct request *request, const char *name,
                       const char *value); /* NULL value: nothing */
void request_header(struct request *request, const char *name, const char *value);

#endif
