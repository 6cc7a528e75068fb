/* reread.c: raw.gz -> in.gz, without the network: after a connector was mended, a staged day is
 * read anew from the answers as they came. */
#include "step/step.h"

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

static bool read_page(struct reread *r, const char *body, size_t len, struct err *err)
{
    struct response response = {.status = 200, .body = body, .body_len = len, .arena = &r->page};
    struct intake intake = {.arena = &r->page, .claimed = UNSAID};
    const struct account *account = r->flow->source;

    if (!answer_parse(account->connector->format, body, len, &r->page, &response.root,
                      &response.damaged, err) ||
        !feed_read(r->flow->feed, account, &response, NULL, &intake, err)) {
        err->kind = ERR_STORE;
        return err_wrap(err, "%s, page %llu", r->raw.path, (unsigned long long)r->raw.count);
    }
    return stage_records(&r->in, &intake, r->raw.head.until_utc, &r->line, err);
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
