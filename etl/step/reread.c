/* reread.c: raw.gz -> in.gz, without the network: after a connector was mended, a staged day is
 * read anew from the answers as they came. */
#include "core/text.h"
#include "model/codec.h"
#include "step/step.h"
#include "wire/xml.h"

struct reread {
    struct job *job;
    const struct flow *flow;
    struct staging_in raw;
    struct staging_out in;
    struct arena arena, page;
    struct buf line;
};

static void reread_done(struct reread *r)
{
    staging_in_close(&r->raw);
    staging_close(&r->in);
    arena_done(&r->arena);
    arena_done(&r->page);
    buf_done(&r->line);
}

static bool stage_records(struct reread *r, const struct intake *intake, int64_t begun_utc,
                          struct err *err)
{
    for (size_t i = 0; i < intake->records_len; i++) {
        struct json_out out;

        if (!said(intake->records[i]->at_utc))
            intake->records[i]->at_utc = begun_utc;
        buf_reset(&r->line);
        out = json_begin(&r->line);
        record_put(&out, intake->records[i], 0);
        if (!buf_whole(&r->line, "a record", err) ||
            !staging_put(&r->in, r->line.data, r->line.len, err))
            return false;
    }
    return true;
}

static bool read_page(struct reread *r, const char *body, size_t len, struct err *err)
{
    struct response response = {.status = 200, .body = body, .body_len = len, .arena = &r->page};
    struct intake intake = {.arena = &r->page, .claimed = UNSAID};
    bool parsed = r->flow->source->connector->format == FORMAT_XML
                      ? xml_parse(body, len, &r->page, &response.root, err)
                      : json_parse(body, len, &r->page, &response.root, err);

    if (!parsed || !r->flow->feed->read(r->flow->source, &response, NULL, &intake, err)) {
        err->kind = ERR_STORE;
        return err_wrap(err, "%s, page %llu", r->raw.path, (unsigned long long)r->raw.count);
    }
    return stage_records(r, &intake, r->raw.head.until_utc, err);
}

bool reread_flow(struct job *job, const struct flow *flow, const char *raw_folder,
                 const char *folder, struct err *err)
{
    AUTO(reread_done) struct reread r = {.job = job, .flow = flow};
    char raw_path[PATH_SIZE], in_path[PATH_SIZE];
    struct staging_head head;
    const char *body;
    size_t len;
    enum next next;

    if (!staging_file(raw_folder, flow->kind, "raw", raw_path, err) ||
        !staging_file(folder, flow->kind, "in", in_path, err) ||
        !staging_open(raw_path, &r.arena, &r.raw, err))
        return false;
    head = r.raw.head;
    head.stage = "in";
    head.run = job->run;
    if (!staging_create(in_path, &head, &r.in, err))
        return false;
    while ((next = staging_next_page(&r.raw, &body, &len, err)) == NEXT_ITEM) {
        arena_reset(&r.page);
        if (len && !read_page(&r, body, len, err))
            return false;
    }
    return next == NEXT_DONE && staging_commit(&r.in, err);
}
