#include "plan/plan_intern.h"

#include "core/text.h"

bool plan_wrong(const struct planner *planner, unsigned line, const char *what, const char *name)
{
    return err_set(planner->err, ERR_SETUP, "%s:%u: '%.60s' %s", planner->config.path, line, name,
                   what);
}

bool plan_unknown(const struct planner *planner, unsigned line, const char *what, const char *name,
                  const char *const *names)
{
    const char *nearest = text_nearest(name, names);
    const char *all = "";

    if (nearest)
        return err_set(planner->err, ERR_SETUP, "%s:%u: there is no %s '%.60s'; did you mean '%s'?",
                       planner->config.path, line, what, name, nearest);
    for (; *names; names++)
        all = arena_format(planner->arena, "%s%s%s", all, *all ? ", " : "", *names);
    return err_set(planner->err, ERR_SETUP, "%s:%u: there is no %s '%.60s'; there are: %s",
                   planner->config.path, line, what, name, *all ? all : "none");
}

bool is_safe_name(const char *name)
{
    return *name && strlen(name) <= 40 &&
           !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* ---- sections ---- */

static const struct {
    const char *kind;
    const struct option *options; /* NULL: read elsewhere, and with a name */
    size_t offset;
} section_kinds[] = {
    {"account", NULL, 0},
    {"route", NULL, 0},
    {"schedule", schedule_options, offsetof(struct plan, schedule)},
    {"reports", reports_options, offsetof(struct plan, reports)},
    {"inbox", inbox_options, offsetof(struct plan, inbox)},
};

static bool section_check(const struct planner *planner, const struct config_section *section)
{
    const char *kinds[ARRAY_LEN(section_kinds) + 1] = {NULL};

    for (size_t i = 0; i < ARRAY_LEN(section_kinds); i++) {
        kinds[i] = section_kinds[i].kind;
        if (!text_same(kinds[i], section->kind))
            continue;
        if (section_kinds[i].options)
            return !*section->name ||
                   plan_wrong(planner, section->line, "is too much: this section has no name",
                              section->name);
        return is_safe_name(section->name) ||
               plan_wrong(planner, section->line,
                          "cannot be a name: small letters, digits and -, 40 at most",
                          section->name);
    }
    return plan_unknown(planner, section->line, "section", section->kind, kinds);
}

static const struct config_section *section_find(const struct planner *planner, const char *kind)
{
    for (size_t i = 0; i < planner->config.sections_len; i++)
        if (text_same(planner->config.sections[i].kind, kind))
            return &planner->config.sections[i];
    return NULL;
}

size_t sections_count(const struct planner *planner, const char *kind)
{
    size_t count = 0;

    for (size_t i = 0; i < planner->config.sections_len; i++)
        count += text_same(planner->config.sections[i].kind, kind);
    return count;
}

static bool sections_load(struct planner *planner)
{
    for (size_t i = 0; i < planner->config.sections_len; i++)
        if (!section_check(planner, &planner->config.sections[i]))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(section_kinds); i++) {
        struct settings *settings =
            (struct settings *)(void *)((char *)planner->plan + section_kinds[i].offset);

        if (section_kinds[i].options &&
            !settings_load(&planner->config, section_find(planner, section_kinds[i].kind),
                           section_kinds[i].options, planner->arena, settings, planner->err))
            return false;
    }
    return true;
}

/* ---- accounts ---- */

static const char *key_value(const struct config_section *section, const char *name, unsigned *line)
{
    for (size_t i = 0; i < section->keys_len; i++) {
        if (!text_same(section->keys[i].name, name))
            continue;
        *line = section->keys[i].line;
        return section->keys[i].value;
    }
    return NULL;
}

static bool connector_load(const struct planner *planner, const struct config_section *section,
                           const struct connector **out)
{
    unsigned line = section->line;
    const char *system = key_value(section, "system", &line);
    const char *names[64] = {NULL};

    if (!system)
        return plan_wrong(planner, line, "lacks `system = `: which system is this account of?",
                          section->name);
    *out = connector_find(system);
    if (*out)
        return true;
    for (size_t i = 0; connectors()[i] && i + 1 < ARRAY_LEN(names); i++)
        names[i] = connectors()[i]->name;
    return plan_unknown(planner, line, "system", system, names);
}

/* What every account has, and then what its system asks for. */
static const struct option *options_joined(const struct option *own, struct arena *arena)
{
    size_t common_len = 0, own_len = 0;
    struct option *all;

    while (account_options[common_len].name)
        common_len++;
    while (own && own[own_len].name)
        own_len++;
    all = arena_array(arena, common_len + own_len + 1, sizeof *all);
    memcpy(all, account_options, common_len * sizeof *all);
    if (own_len)
        memcpy(all + common_len, own, own_len * sizeof *all);
    return all;
}

/* Signing a request that is never sent tells whether the credentials are complete. */
static bool credentials_check(struct planner *planner, const struct config_section *section,
                              const struct account *account)
{
    struct request request = {.arena = planner->arena};
    bool good;

    request_begin(&request, HTTP_GET, "check", account, "");
    good = !account->connector->sign || account->connector->sign(account, &request, planner->err);
    buf_done(&request.url);
    buf_done(&request.body);
    if (good)
        return true;
    planner->err->kind = ERR_SETUP;
    return err_wrap(planner->err, "%s:%u", planner->config.path, section->line);
}

static bool account_load(struct planner *planner, const struct config_section *section)
{
    struct plan *plan = planner->plan;
    struct account *account = &plan->accounts[plan->accounts_len];
    const char *url;

    account->name = section->name;
    if (!connector_load(planner, section, &account->connector) ||
        !settings_load(&planner->config, section,
                       options_joined(account->connector->options, planner->arena), planner->arena,
                       &account->settings, planner->err))
        return false;
    url = settings_text(&account->settings, "url");
    account->url = url ? url : account->connector->url;
    account->zone = &plan->zones[plan->zones_len];
    if (!zone_open(account->connector->zone, account->zone, planner->err))
        return false; // GCOVR_EXCL_LINE: a connector's zone is one that ICU knows
    plan->zones_len++;
    plan->accounts_len++;
    return credentials_check(planner, section, account);
}

static bool accounts_load(struct planner *planner)
{
    struct plan *plan = planner->plan;
    size_t count = sections_count(planner, "account");

    plan->accounts = arena_array(planner->arena, count + 1, sizeof *plan->accounts);
    plan->zones = arena_array(planner->arena, count + 1, sizeof *plan->zones);
    for (size_t i = 0; i < planner->config.sections_len; i++) {
        const struct config_section *section = &planner->config.sections[i];

        if (text_same(section->kind, "account") && !account_load(planner, section))
            return false;
    }
    return true;
}

/* ---- the whole ---- */

static bool load(struct planner *planner, const char *config)
{
    struct plan *plan = planner->plan;
    char path[PATH_SIZE];

    if (!path_join(path, planner->err, plan->home, "tagwerk.conf", NULL) ||
        !config_load(config ? config : path, planner->arena, &planner->config, planner->err) ||
        !sections_load(planner))
        return false;
    if (!zone_open(settings_text(&plan->schedule, "zone"), &plan->zone, planner->err))
        return err_wrap(planner->err, "%s:%u: [schedule] zone", planner->config.path,
                        plan->schedule.line);
    plan->dialect = text_same(settings_text(&plan->reports, "dialect"), "excel-de") ? CSV_EXCEL_DE
                                                                                    : CSV_RFC4180;
    plan->language = settings_text(&plan->reports, "language");
    return accounts_load(planner) && routes_load(planner);
}

bool plan_load(const char *home, const char *config, struct arena *arena, struct plan *out,
               struct err *err)
{
    struct plan plan = {.arena = arena};
    struct planner planner = {.plan = &plan, .arena = arena, .err = err};

    if (!path_join(plan.home, err, home, NULL))
        return false;
    if (!load(&planner, config)) {
        plan_close(&plan);
        return false;
    }
    *out = plan;
    return true;
}

void plan_close(struct plan *plan)
{
    zone_close(&plan->zone);
    for (size_t i = 0; i < plan->zones_len; i++)
        zone_close(&plan->zones[i]);
    plan->zones_len = 0;
}

const struct account *plan_account(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->accounts_len; i++)
        if (text_same(plan->accounts[i].name, name))
            return &plan->accounts[i];
    return NULL;
}

const struct route *plan_route(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->routes_len; i++)
        if (text_same(plan->routes[i].name, name))
            return &plan->routes[i];
    return NULL;
}

const struct flow *route_flow(const struct route *route, enum kind kind)
{
    for (size_t i = 0; i < route->flows_len; i++)
        if (route->flows[i].kind == kind)
            return &route->flows[i];
    return NULL;
}

/* ---- the options; example file and manual are made of them ---- */

const struct option route_options[] = {
    {.name = "from",
     .type = OPTION_TEXT,
     .required = true,
     .help = "account that the orders come from"},
    {.name = "to", .type = OPTION_TEXT, .required = true, .help = "account that they go to"},
    {.name = "flows",
     .type = OPTION_TEXT,
     .help = "what to carry, separated by commas; not set: all that both systems can"},
    {.name = "mapping",
     .type = OPTION_TEXT,
     .help = "folder under mappings/; not set: <system>-<system>"},
    {.name = "prefix",
     .type = OPTION_TEXT,
     .help =
         "in front of each order's id at the target, to tell apart several sources of one target"},
    {.name = "tag",
     .type = OPTION_TEXT,
     .help =
         "tag that the source's order gets after the write-back; not set: none. Afterbuy drops a "
         "tag that its Tag Manager does not know"},
    {.name = "writeback_needs_tag",
     .type = OPTION_BOOL,
     .fallback = "no",
     .help = "yes: without a tag nothing is written back at all"},
    {.name = "first_days",
     .type = OPTION_INT,
     .fallback = "1",
     .min = 0,
     .max = 90,
     .help = "how many days before today the first run reads"},
    {.name = "parcels",
     .type = OPTION_CHOICE,
     .choices = "join|newest",
     .fallback = "join",
     .help = "an order with several parcels: all numbers, or the newest one's"},
    {0},
};

const struct option schedule_options[] = {
    {.name = "zone",
     .type = OPTION_TEXT,
     .fallback = "Europe/Berlin",
     .help = "the merchant's time zone: what today and yesterday are"},
    {0},
};

const struct option reports_options[] = {
    {.name = "dialect",
     .type = OPTION_CHOICE,
     .choices = "rfc4180|excel-de",
     .fallback = "rfc4180",
     .help = "how the CSV files are written; excel-de opens in a German Excel by a double click"},
    {.name = "language",
     .type = OPTION_CHOICE,
     .choices = "de|en",
     .fallback = "de",
     .help = "language of the reasons"},
    {0},
};

const struct option inbox_options[] = {
    {.name = "address",
     .type = OPTION_TEXT,
     .fallback = "127.0.0.1",
     .help = "where `inbox serve` listens; a web server with TLS belongs in front"},
    {.name = "port",
     .type = OPTION_INT,
     .fallback = "8470",
     .min = 0,
     .max = 65535,
     .help = "its port; 0: any free one"},
    {0},
};
