/* report.c: in.gz + ledger -> CSV. An outsider must be able to prove from these files alone that
 * every record the source knew is in exactly one explained state. So the count of what was staged
 * and the count of what was explained come from two different places: the staged file is read
 * again, and a record of it without a word of this run is `unexplained`.
 *
 * No personal data: ids, codes, counts, weights, times. */
#include "step/step.h"

#include "core/clock.h"
#include "core/text.h"
#include "model/codec.h"
#include "wire/url.h"

#define BLOCK ((size_t)64 << 10)
#define COVERAGE_FILE "%s-%s-coverage.csv"

/* ---- is every staged record explained? ---- */

struct check {
    struct job *job;
    const struct flow *flow;
    struct staging_in in;
    struct arena arena, scratch;
    struct zone zone;
};

static void check_done(struct check *check)
{
    staging_in_close(&check->in);
    arena_done(&check->arena);
    arena_done(&check->scratch);
}

static bool check_line(struct check *check, const char *text, size_t len, struct err *err)
{
    const struct node *root;
    struct record *record;
    struct ledger_row row;
    int64_t day;
    bool found, has_word;

    if (!json_parse_head(text, len, "at_utc", &check->scratch, &root, err) ||
        !record_get(root, check->flow->kind, &check->scratch, &record, err))
        return err_wrap(err, "%s, line %llu", check->in.path,
                        (unsigned long long)check->in.count + 1);
    day = zone_day(&check->zone, record->at_utc);
    if (said(check->job->only_day) && day != check->job->only_day)
        return true;
    if (!ledger_has_word(check->job->ledger, check->flow->route->name, check->flow->kind,
                         record->ref, check->job->run, &has_word, err))
        return false;
    if (has_word)
        return true;
    if (!ledger_get(check->job->ledger, check->flow->route->name, check->flow->kind, record->ref,
                    &check->scratch, &row, &found, err))
        return false;
    if (!found)
        row = (struct ledger_row){.route = check->flow->route->name,
                                  .kind = check->flow->kind,
                                  .ref = record->ref,
                                  .order_ref = record->order_ref,
                                  .found_utc = check->job->begun_utc,
                                  .found_run = check->job->run,
                                  .sent_utc = UNSAID,
                                  .settled_utc = UNSAID,
                                  .revised_utc = UNSAID,
                                  .items = UNSAID,
                                  .weight_g = UNSAID,
                                  .total_e4 = UNSAID};
    row.day = day;
    row.run = check->job->run;
    row.state = STATE_UNEXPLAINED;
    row.reason = "not-loaded";
    job_tally(check->job, check->flow)->states[STATE_UNEXPLAINED]++;
    return ledger_put(check->job->ledger, &row, err);
}

bool report_flow(struct job *job, const struct flow *flow, const char *in_folder, struct err *err)
{
    AUTO(check_done) struct check check = {.job = job, .flow = flow, .zone = job->plan->zone};
    char path[PATH_SIZE];
    const char *text;
    size_t len;
    enum next next;

    if (!staging_file(in_folder, flow->kind, "in", path, err))
        return false;
    if (!file_exists(path))
        return true;
    if (!staging_open(path, &check.arena, &check.in, err) || !ledger_begin(job->ledger, err))
        return false;
    while ((next = staging_next(&check.in, &text, &len, err)) == NEXT_ITEM) {
        arena_reset(&check.scratch);
        if (!check_line(&check, text, len, err))
            return false;
    }
    return next == NEXT_DONE && ledger_commit(job->ledger, err);
}

/* ---- the CSV files ---- */

/* A report file being written. */
struct sheet {
    struct file file;
    struct buf buf;
    struct csv_out csv;
    const struct reasons *reasons;
    struct arena scratch;
    struct name *names; /* met by the op `cover` */
    struct arena names_arena;
};

static void sheet_close(struct sheet *sheet)
{
    file_close(&sheet->file);
    buf_done(&sheet->buf);
    arena_done(&sheet->scratch);
    arena_done(&sheet->names_arena);
}

static bool sheet_flush(struct sheet *sheet, size_t at_least, struct err *err)
{
    if (sheet->buf.len < at_least || sheet->buf.len == 0)
        return true;
    if (!file_write(&sheet->file, sheet->buf.data, sheet->buf.len, err))
        return false;
    buf_reset(&sheet->buf);
    return true;
}

static bool sheet_commit(struct sheet *sheet, struct err *err)
{
    return sheet_flush(sheet, 0, err) && file_commit(&sheet->file, err);
}

static bool sheet_open(const struct job *job, int64_t day, const char *name,
                       const char *const *columns, struct sheet *sheet, struct err *err)
{
    char path[PATH_SIZE], text[DAY_TEXT_SIZE];

    if (!path_join(path, err, job->plan->home, "reports", day_text(day, text), name, NULL) ||
        !file_create(path, &sheet->file, err))
        return false;
    sheet->csv = csv_begin(&sheet->buf, job->plan->dialect);
    for (; *columns; columns++)
        csv_cell(&sheet->csv, *columns);
    csv_row_end(&sheet->csv);
    return true;
}

static void cell_time(struct csv_out *csv, int64_t utc)
{
    char text[ISO_TEXT_SIZE];

    csv_cell(csv, said(utc) ? iso_text(utc, text) : NULL);
}

/* The columns of a flow's report; reports/README.md explains each. */
static const char *const row_columns[] = {
    "day",         "route",   "flow",        "source_id", "order_id", "target_id", "state",
    "reason",      "text_de", "text_en",     "detail",    "notes",    "items",     "weight_g",
    "weight_from", "total",   "currency",    "revision",  "found_at", "sent_at",   "settled_at",
    "found_run",   "run",     "fingerprint", NULL};

/* ---- which names a table knows ---- */

/* A name that a field of records had, and whether a table had a row for it. */
struct name {
    const char *note; /* without its first word: "carrier:DHL%20Paket" */
    int64_t known, unknown;
    struct name *next;
};

static struct name *name_of(struct sheet *sheet, const char *note, size_t len)
{
    struct name **at = &sheet->names;

    while (*at && (strncmp((*at)->note, note, len) != 0 || (*at)->note[len]))
        at = &(*at)->next;
    if (!*at) {
        *at = arena_alloc(&sheet->names_arena, sizeof **at);
        (*at)->note = arena_slice(&sheet->names_arena, note, len);
    }
    return *at;
}

/* "known:carrier:DHL%20Paket" and its like, among a row's other notes. */
static void count_names(struct sheet *sheet, const char *notes)
{
    static const char known[] = NOTE_KNOWN ":", unknown[] = NOTE_UNKNOWN ":";

    while (notes && *notes) {
        size_t len = strcspn(notes, " ");

        if (strncmp(notes, known, sizeof known - 1) == 0)
            name_of(sheet, notes + sizeof known - 1, len - (sizeof known - 1))->known++;
        else if (strncmp(notes, unknown, sizeof unknown - 1) == 0)
            name_of(sheet, notes + sizeof unknown - 1, len - (sizeof unknown - 1))->unknown++;
        notes += len;
        notes += strspn(notes, " ");
    }
}

static const char *const coverage_columns[] = {"day",  "route", "flow",        "field",
                                               "name", "known", "without_row", NULL};

static void put_name(struct sheet *sheet, const struct name *name)
{
    size_t field_len = strcspn(name->note, ":");
    const char *value = name->note + field_len + (name->note[field_len] == ':');

    csv_cell(&sheet->csv, arena_slice(&sheet->scratch, name->note, field_len));
    csv_cell(&sheet->csv, url_parameter(arena_format(&sheet->scratch, "?name=%s", value), "name",
                                        &sheet->scratch));
    csv_cell_int(&sheet->csv, name->known);
    csv_cell_int(&sheet->csv, name->unknown);
    csv_row_end(&sheet->csv);
}

static bool write_coverage(struct job *job, const struct flow *flow, int64_t day,
                           const struct name *names, struct err *err)
{
    AUTO(sheet_close) struct sheet sheet = {0};
    char name[PATH_SIZE], text[DAY_TEXT_SIZE];

    (void)snprintf(name, sizeof name, COVERAGE_FILE, flow->route->name, kind_name(flow->kind));
    if (!sheet_open(job, day, name, coverage_columns, &sheet, err))
        return false;
    for (; names; names = names->next) {
        csv_cell(&sheet.csv, day_text(day, text));
        csv_cell(&sheet.csv, flow->route->name);
        csv_cell(&sheet.csv, kind_name(flow->kind));
        put_name(&sheet, names);
    }
    return sheet_commit(&sheet, err);
}

/* ---- rows ---- */

static bool put_row(void *context, const struct ledger_row *row, struct err *err)
{
    struct sheet *sheet = context;
    struct csv_out *csv = &sheet->csv;
    char day[DAY_TEXT_SIZE];

    csv_cell(csv, day_text(row->day, day));
    csv_cell(csv, row->route);
    csv_cell(csv, kind_name(row->kind));
    csv_cell(csv, row->ref);
    csv_cell(csv, row->order_ref);
    csv_cell(csv, row->target_id);
    csv_cell(csv, state_name(row->state));
    csv_cell(csv, row->reason);
    csv_cell(csv, reason_text(sheet->reasons, row->reason, "de"));
    csv_cell(csv, reason_text(sheet->reasons, row->reason, "en"));
    csv_cell(csv, row->detail);
    csv_cell(csv, row->notes);
    csv_cell_int(csv, row->items);
    csv_cell_int(csv, row->weight_g);
    csv_cell(csv, row->weight_from);
    if (said(row->total_e4))
        csv_cell_decimal(csv, row->total_e4, 4, 2);
    else
        csv_cell(csv, NULL);
    csv_cell(csv, row->currency);
    csv_cell_int(csv, row->revision ? (int64_t)row->revision : UNSAID);
    cell_time(csv, row->found_utc);
    cell_time(csv, row->sent_utc);
    cell_time(csv, row->settled_utc);
    csv_cell(csv, row->found_run);
    csv_cell(csv, row->run);
    csv_cell(csv, row->at_target ? row->at_target : row->fingerprint);
    csv_row_end(csv);
    count_names(sheet, row->notes);
    return sheet_flush(sheet, BLOCK, err);
}

/* Also without names, where the day had some before: its file is about the day as it stands. */
static bool is_covered(const struct job *job, const struct flow *flow, int64_t day,
                       const struct name *names)
{
    char path[PATH_SIZE], file[PATH_SIZE], text[DAY_TEXT_SIZE];
    struct err too_long;

    (void)snprintf(file, sizeof file, COVERAGE_FILE, flow->route->name, kind_name(flow->kind));
    return names || (path_join(path, &too_long, job->plan->home, "reports", day_text(day, text),
                               file, NULL) &&
                     file_exists(path));
}

static bool write_rows(struct job *job, const struct flow *flow, int64_t day,
                       const struct reasons *reasons, struct err *err)
{
    AUTO(sheet_close) struct sheet sheet = {.reasons = reasons};
    char name[PATH_SIZE];

    (void)snprintf(name, sizeof name, "%s-%s.csv", flow->route->name, kind_name(flow->kind));
    return sheet_open(job, day, name, row_columns, &sheet, err) &&
           ledger_day(job->ledger, flow->route->name, flow->kind, day, &sheet.scratch, put_row,
                      &sheet, err) &&
           sheet_commit(&sheet, err) &&
           (!is_covered(job, flow, day, sheet.names) ||
            write_coverage(job, flow, day, sheet.names, err));
}

static const char *const summary_columns[] = {"day",     "route",  "flow",        "source",
                                              "sent",    "same",   "skipped",     "refused",
                                              "waiting", "unsure", "unexplained", NULL};

static bool put_summary(struct job *job, struct sheet *sheet, const struct flow *flow, int64_t day,
                        struct err *err)
{
    uint64_t counts[STATE_COUNT], source = 0;
    char text[DAY_TEXT_SIZE];

    if (!ledger_count(job->ledger, flow->route->name, flow->kind, day, NULL, counts, err))
        return false;
    for (size_t i = 0; i < STATE_COUNT; i++)
        source += counts[i];
    csv_cell(&sheet->csv, day_text(day, text));
    csv_cell(&sheet->csv, flow->route->name);
    csv_cell(&sheet->csv, kind_name(flow->kind));
    csv_cell_int(&sheet->csv, (int64_t)source);
    for (size_t i = 0; i < STATE_COUNT; i++)
        csv_cell_int(&sheet->csv, (int64_t)counts[i]);
    csv_row_end(&sheet->csv);
    return true;
}

/* All routes of the home, so that one file balances the day. */
static bool write_summary(struct job *job, int64_t day, struct err *err)
{
    AUTO(sheet_close) struct sheet sheet = {0};

    if (!sheet_open(job, day, "summary.csv", summary_columns, &sheet, err))
        return false;
    for (size_t r = 0; r < job->plan->routes_len; r++)
        for (size_t f = 0; f < job->plan->routes[r].flows_len; f++)
            if (!put_summary(job, &sheet, &job->plan->routes[r].flows[f], day, err))
                return false;
    return sheet_commit(&sheet, err);
}

bool report_days(struct job *job, const struct route *route, const struct reasons *reasons,
                 struct err *err)
{
    int64_t *days;
    size_t count;

    if (!ledger_begin(job->ledger, err) ||
        !ledger_days_due(job->ledger, route->name, job->arena, &days, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        for (size_t f = 0; f < route->flows_len; f++)
            if (!write_rows(job, &route->flows[f], days[i], reasons, err))
                return false;
        if (!write_summary(job, days[i], err))
            return false;
    }
    return ledger_reported(job->ledger, route->name, err);
}

/* ---- the manifest ---- */

struct digest {
    struct hash hash;
    int64_t bytes;
};

static void digest_block(void *context, const void *bytes, size_t len)
{
    struct digest *digest = context;

    hash_add(&digest->hash, bytes, len);
    digest->bytes += (int64_t)len;
}

static bool put_file(struct json_out *out, const char *folder, const char *name, struct err *err)
{
    struct digest digest = {0};
    char path[PATH_SIZE], hex[DIGEST_HEX_SIZE];

    hash_begin(&digest.hash);
    if (!path_join(path, err, folder, name, NULL) || !file_blocks(path, digest_block, &digest, err))
        return false;
    hash_end(&digest.hash, hex);
    json_map(out);
    json_field(out, "file", name);
    json_field_int(out, "bytes", digest.bytes);
    json_field(out, "blake2b_256", hex);
    json_map_end(out);
    return true;
}

static void put_mappings(struct json_out *out, const struct route *route)
{
    json_key(out, "mappings");
    json_map(out);
    for (size_t f = 0; f < route->flows_len; f++)
        if (route->flows[f].mapping)
            json_field(out, kind_name(route->flows[f].kind), mapping_hash(route->flows[f].mapping));
    json_map_end(out);
}

bool report_manifest(struct job *job, const struct route *route, const char *folder,
                     struct err *err)
{
    AUTO(buf_done) struct buf text = {0};
    struct json_out out = json_begin(&text);
    const char *const *names;
    size_t count;
    char path[PATH_SIZE], begun[ISO_TEXT_SIZE];

    if (!folder_list(folder, job->arena, &names, &count, err) ||
        !path_join(path, err, folder, "manifest.json", NULL))
        return false;
    json_map(&out);
    json_field(&out, "route", route->name);
    json_field(&out, "run", job->run);
    json_field(&out, "begun", iso_text(job->begun_utc, begun));
    put_mappings(&out, route);
    json_key(&out, "files");
    json_list(&out);
    for (size_t i = 0; i < count; i++)
        if (!text_same(names[i], "manifest.json") && !put_file(&out, folder, names[i], err))
            return false;
    json_list_end(&out);
    json_map_end(&out);
    buf_char(&text, '\n');
    return file_put(path, buf_str(&text), text.len, err);
}
