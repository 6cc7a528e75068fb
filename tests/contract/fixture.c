#include "contract/fixture.h"

#include "core/decimal.h"
#include "core/text.h"
#include "wire/json.h"

/* ---- files ---- */

void fixture_path(char out[static PATH_SIZE], const char *system, const char *name)
{
    const char *root = getenv("TAGWERK_ROOT");

    (void)snprintf(out, PATH_SIZE, "%s/tests/fixtures/%s/%s", root ? root : ".", system, name);
}

const char *fixture_bytes(struct arena *arena, const char *system, const char *name, size_t *len)
{
    AUTO(buf_done) struct buf bytes = {0};
    char path[PATH_SIZE];
    bool missing;
    struct err err;

    fixture_path(path, system, name);
    if (!file_read(path, &bytes, &missing, &err))
        fail_msg("%s", err.text);
    *len = bytes.len;
    return missing ? NULL : arena_slice(arena, buf_str(&bytes), bytes.len);
}

const struct node *fixture_json(struct arena *arena, const char *system, const char *name)
{
    const struct node *root;
    struct err err;
    size_t len;
    const char *bytes = fixture_bytes(arena, system, name, &len);

    if (!bytes)
        return NULL;
    if (!json_parse(bytes, len, arena, &root, &err))
        fail_msg("fixtures/%s/%s: %s", system, name, err.text);
    return root;
}

const char *fixture_text(const struct node *node, const char *path, const char *otherwise)
{
    const char *text = node_text(node, path);

    return text ? text : otherwise;
}

int64_t fixture_number(const struct node *node, const char *path, int64_t otherwise)
{
    const char *text = node_text(node, path);
    int64_t number = otherwise;
    struct err err;

    if (text && !integer_parse(text, &number, &err))
        fail_msg("%s: %s", path, err.text);
    return number;
}

/* ---- the account ---- */

static const struct node *child_named(const struct node *map, const char *name)
{
    return node_first(map, name);
}

static void put_settings(struct buf *ini, const struct node *settings, const struct node *without)
{
    for (const struct node *one = settings ? settings->child : NULL; one; one = one->next)
        if (one->text && !child_named(without, one->name))
            buf_format(ini, "%s = %s\n", one->name, one->text);
}

/* The connector's options behind those that every account has. */
static const struct option *all_options(const struct connector *connector, struct arena *arena)
{
    size_t common = 0, own = 0;
    struct option *all;

    while (account_options[common].name)
        common++;
    while (connector->options[own].name)
        own++;
    all = arena_array(arena, common + own + 1, sizeof *all);
    memcpy(all, account_options, common * sizeof *all);
    memcpy(all + common, connector->options, own * sizeof *all);
    return all;
}

static void load_settings(struct fixture *fixture, const struct node *options)
{
    AUTO(buf_done) struct buf ini = {0};
    const char *system = fixture->connector->name;
    const struct node *base = fixture_json(&fixture->arena, system, "account.json");
    struct config config;
    struct err err;

    if (!base)
        fail_msg("the system '%s' has no folder tests/fixtures/%s with an account.json", system,
                 system);
    buf_format(&ini, "[account test]\nsystem = %s\n", system);
    put_settings(&ini, base, options);
    put_settings(&ini, options, NULL);
    if (!config_parse("account.json", buf_str(&ini), ini.len, &fixture->arena, &config, &err) ||
        !settings_load(&config, &config.sections[0],
                       all_options(fixture->connector, &fixture->arena), &fixture->arena,
                       &fixture->account.settings, &err))
        fail_msg("%s", err.text);
}

void fixture_open(struct fixture *fixture, const struct connector *connector,
                  const struct node *options)
{
    struct err err;

    *fixture = (struct fixture){.connector = connector};
    fixture->account.name = "test";
    fixture->account.connector = connector;
    fixture->account.url = connector->url;
    fixture->account.zone = &fixture->zone;
    if (!zone_open(connector->zone, &fixture->zone, &err))
        fail_msg("%s", err.text);
    load_settings(fixture, options);
}

void fixture_close(struct fixture *fixture)
{
    zone_close(&fixture->zone);
    arena_done(&fixture->arena);
}

/* ---- questions and answers ---- */

struct response fixture_answer(struct fixture *fixture, int status, const char *body, size_t len)
{
    struct response response = {
        .status = status, .body = body, .body_len = len, .arena = &fixture->arena};
    struct err ignored;

    if (!len || !answer_parse(fixture->connector->format, body, len, response.arena, &response.root,
                              NULL, &ignored))
        response.root = NULL;
    return response;
}

struct request fixture_request(struct fixture *fixture)
{
    return (struct request){.arena = &fixture->arena};
}

void fixture_request_done(struct request *request)
{
    buf_done(&request->url);
    buf_done(&request->body);
}
