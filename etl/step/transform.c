/* transform.c: in.gz -> out.gz. Each record is mapped, and its line says what became of it: send,
 * skip or refuse, by which rules, with what for the operator to see. Reads staging and the
 * catalogue alone; no network. */
#include "step/step.h"

#include "core/log.h"
#include "core/text.h"
#include "model/codec.h"

static const char *const outcome_names[] = {
    [OUTCOME_SEND] = "send", [OUTCOME_SKIP] = "skip", [OUTCOME_REFUSE] = "refuse"};

void outline_put(struct json_out *out, const struct outline *line, struct buf *scratch)
{
    char fingerprint[FINGERPRINT_HEX_SIZE];

    json_map(out);
    json_field(out, "outcome", outcome_names[line->outcome]);
    json_field(out, "code", line->code);
    json_field(out, "text", line->text);
    if (line->rules && *line->rules)
        json_field(out, "rules", line->rules);
    if (line->notes && *line->notes)
        json_field(out, "notes", line->notes);
    json_key(out, "record");
    if (line->outcome == OUTCOME_SEND) {
        record_put_fingerprint(out, line->record, scratch, fingerprint);
        json_field(out, "fingerprint", fingerprint);
    } else {
        record_put(out, line->record, 0);
    }
    json_map_end(out);
}

static bool outcome_from_name(const char *name, enum outcome *out)
{
    for (size_t i = 0; i < ARRAY_LEN(outcome_names); i++) {
        if (!text_same(name, outcome_names[i]))
            continue;
        *out = (enum outcome)i;
        return true;
    }
    return false;
}

bool outline_get(const char *text, size_t len, enum kind kind, struct arena *arena,
                 struct outline *out, struct err *err)
{
    const struct node *root;
    struct outline line = {0};

    if (!json_parse(text, len, arena, &root, err))
        return false;
    if (!outcome_from_name(node_text(root, "outcome"), &line.outcome))
        return err_set(err, ERR_RECORD, "a line without outcome");
    line.code = node_text(root, "code");
    line.text = node_text(root, "text");
    line.rules = node_text(root, "rules");
    line.notes = node_text(root, "notes");
    line.fingerprint = node_text(root, "fingerprint");
    if (!record_get(node_at(root, "record"), kind, arena, &line.record, err))
        return false;
    *out = line;
    return true;
}

/* The work of one flow. */
struct transform {
    struct job *job;
    const struct flow *flow;
    struct staging_in in;
    struct staging_out out;
    struct arena arena;   /* of the file's head */
    struct arena scratch; /* of one record */
    struct buf line, scrap;
    struct zone zone;
};

static void transform_done(struct transform *t)
{
    staging_in_close(&t->in);
    staging_close(&t->out);
    arena_done(&t->arena);
    arena_done(&t->scratch);
    buf_done(&t->line);
    buf_done(&t->scrap);
}

static bool find_article(void *context, const struct item *item, struct arena *arena,
                         const struct article **out, struct err *err)
{
    struct transform *t = context;
    struct article *article = arena_alloc(arena, sizeof *article);
    bool found;

    if (!ledger_article(t->job->ledger, t->flow->source->name, item->product_ref, item->sku, arena,
                        article, &found, err))
        return false;
    *out = found ? article : NULL;
    return true;
}

static bool find_owner(void *context, const char *field, const char *value, struct arena *arena,
                       const char **out, struct err *err)
{
    struct transform *t = context;

    return ledger_article_owner(t->job->ledger, t->flow->source->name, field, value, arena, out,
                                err);
}

/* What comes back carries the key we gave it: without the route's prefix it is the order again, and
 * one that lacks the prefix belongs to another route. */
static bool is_of_route(struct transform *t, struct record *record)
{
    const char *prefix = t->flow->route->prefix;
    size_t len = strlen(prefix);

    if (!t->flow->back || !len || !record->order_ref)
        return true;
    if (strncmp(record->order_ref, prefix, len) != 0)
        return false;
    record->order_ref += len;
    return true;
}

static bool map_record(struct transform *t, struct outline *line, struct err *err)
{
    struct catalogue catalogue = {find_article, find_owner, t};
    struct mapped mapped = {0};

    if (!is_of_route(t, line->record)) {
        line->outcome = OUTCOME_SKIP;
        line->code = "foreign";
        return true;
    }
    if (line->record->flaw) {
        line->outcome = OUTCOME_REFUSE;
        line->code = line->record->flaw_code ? line->record->flaw_code : "unreadable";
        line->text = line->record->flaw;
        return true;
    }
    if (!t->flow->mapping)
        return true;
    if (!mapping_apply(t->flow->mapping, &catalogue, line->record, &t->scratch, &mapped, err))
        return false;
    line->outcome = mapped.outcome;
    line->code = mapped.code;
    line->text = mapped.text;
    line->rules = mapped.rules;
    line->notes = mapped.notes;
    return true;
}

static bool write_line(struct transform *t, const struct outline *line, struct err *err)
{
    struct json_out out;

    buf_reset(&t->line);
    out = json_begin(&t->line);
    outline_put(&out, line, &t->scrap);
    return buf_whole(&t->line, "a staged line", err) &&
           staging_put(&t->out, t->line.data, t->line.len, err);
}

/* Of a rerun, only the day that is asked for. */
static bool is_wanted(struct transform *t, const struct record *record)
{
    return !said(t->job->only_day) ||
           (said(record->at_utc) && zone_day(&t->zone, record->at_utc) == t->job->only_day);
}

static bool transform_line(struct transform *t, const char *text, size_t len, struct err *err)
{
    struct outline line = {0};
    const struct node *root;

    if (!json_parse(text, len, &t->scratch, &root, err) ||
        !record_get(root, t->flow->kind, &t->scratch, &line.record, err)) {
        err->kind = ERR_STORE;
        return err_wrap(err, "%s, line %llu", t->in.path, (unsigned long long)t->in.count + 1);
    }
    if (!is_wanted(t, line.record))
        return true;
    if (!map_record(t, &line, err))
        return false;
    /* Those that are left out too: a bundle is sent nowhere, and yet must be known. */
    if (t->flow->kind == KIND_ARTICLES && line.outcome != OUTCOME_REFUSE &&
        !ledger_article_put(t->job->ledger, t->flow->source->name, ARTICLE_OF(line.record), err))
        return false;
    return write_line(t, &line, err);
}

static bool transform_lines(struct transform *t, struct err *err)
{
    const char *line;
    size_t len;
    enum next next;
    uint64_t done = 0;

    while ((next = staging_next(&t->in, &line, &len, err)) == NEXT_ITEM) {
        arena_reset(&t->scratch);
        if (!transform_line(t, line, len, err))
            return false;
        progress_show(&t->job->progress, ++done, 0, NULL);
    }
    progress_end(&t->job->progress, done, 0);
    return next == NEXT_DONE;
}

/* Made whole, and with the mapping as it is now? */
static bool is_done(const char *path, const struct flow *flow)
{
    AUTO(staging_in_close) struct staging_in in = {0};
    AUTO(arena_done) struct arena arena = {0};
    struct err damaged; /* then it is made anew */

    return file_exists(path) && staging_open(path, &arena, &in, &damaged) &&
           text_same(in.head.mapping, flow->mapping ? mapping_hash(flow->mapping) : NULL);
}

bool transform_flow(struct job *job, const struct flow *flow, const char *in_folder,
                    const char *out_folder, struct err *err)
{
    AUTO(transform_done) struct transform t = {.job = job, .flow = flow, .zone = job->plan->zone};
    char in_path[PATH_SIZE], out_path[PATH_SIZE];
    struct staging_head head;

    if (!staging_file(in_folder, flow->kind, "in", in_path, err) ||
        !staging_file(out_folder, flow->kind, "out", out_path, err))
        return false;
    if (!file_exists(in_path) || is_done(out_path, flow))
        return true;
    progress_begin(&job->progress, "transform", flow->route->name, kind_name(flow->kind));
    if (!staging_open(in_path, &t.arena, &t.in, err))
        return false;
    head = t.in.head;
    head.stage = "out";
    head.run = job->run;
    head.mapping = flow->mapping ? mapping_hash(flow->mapping) : NULL;
    return staging_create(out_path, &head, &t.out, err) && ledger_begin(job->ledger, err) &&
           transform_lines(&t, err) && ledger_commit(job->ledger, err) &&
           staging_commit(&t.out, err);
}
