#include "plan/plan_intern.h"

#include "core/text.h"

/* ---- flows ---- */

/* How each kind travels. What is not fed follows effects of other flows. */
static const struct {
    bool back;     /* from the route's target to its source */
    bool fed;      /* needs a feed */
    bool sunk;     /* needs a sink; articles without one are a catalogue */
    bool mapped;   /* goes through a mapping */
    bool required; /* whose file must be there */
} ways[KIND_COUNT] = {
    [KIND_ARTICLES] = {.fed = true, .mapped = true},
    [KIND_SHIPMENTS] = {.back = true, .fed = true, .sunk = true, .mapped = true, .required = true},
    [KIND_CANCELS] = {.sunk = true},
    [KIND_ORDERS] = {.fed = true, .sunk = true, .mapped = true, .required = true},
    [KIND_MARKS] = {.back = true, .sunk = true},
    [KIND_STOCK] = {.back = true, .fed = true, .sunk = true, .mapped = true},
};

/* False: this pair of accounts cannot. */
static bool flow_derive(const struct route *route, enum kind kind, struct flow *out)
{
    const struct account *source = ways[kind].back ? route->to : route->from;
    const struct account *target = ways[kind].back ? route->from : route->to;

    *out = (struct flow){.route = route,
                         .kind = kind,
                         .back = ways[kind].back,
                         .source = source,
                         .target = target,
                         .feed = ways[kind].fed ? feed_of(source, kind) : NULL,
                         .sink = sink_of(target, kind)};
    return (out->feed || !ways[kind].fed) && (out->sink || !ways[kind].sunk);
}

/* Is the kind among those that the route's `flows` names, or does it name none? */
static bool is_wanted(const char *const *wanted, enum kind kind)
{
    if (!wanted)
        return true;
    for (; *wanted; wanted++)
        if (text_same(*wanted, kind_name(kind)))
            return true;
    return false;
}

static bool wanted_check(const struct planner *planner, const struct route *route,
                         const char *const *wanted)
{
    const char *names[KIND_COUNT + 1] = {NULL};
    struct flow flow;
    enum kind kind;

    for (size_t i = 0; i < KIND_COUNT; i++)
        names[i] = kind_name((enum kind)i);
    for (; wanted && *wanted; wanted++) {
        if (!kind_from_name(*wanted, &kind))
            return plan_unknown(planner, route->settings.line, "flow", *wanted, names);
        if (!flow_derive(route, kind, &flow))
            return plan_wrong(
                planner, route->settings.line,
                arena_format(planner->arena,
                             "cannot flow between %s and %s; `tagwerk systems` shows what can",
                             route->from->connector->title, route->to->connector->title),
                *wanted);
    }
    return true;
}

static bool flow_mapping_load(const struct planner *planner, const struct route *route,
                              struct flow *flow)
{
    char lookup_dir[PATH_SIZE];
    const struct mapping_place place = {.dir = route->mapping_dir,
                                        .lookup_dir = lookup_dir,
                                        .kind = flow->kind,
                                        .route = &route->settings,
                                        .optional = !ways[flow->kind].required};
    struct mapping *mapping;

    if (!ways[flow->kind].mapped)
        return true;
    if (!path_join(lookup_dir, planner->err, planner->plan->home, "mappings", "lookup", NULL) ||
        !mapping_load(&place, planner->arena, &mapping, planner->err))
        return false;
    flow->mapping = mapping;
    return true;
}

static bool flows_load(const struct planner *planner, struct route *route)
{
    const char *text = settings_text(&route->settings, "flows");
    const char *const *wanted = text ? text_split(planner->arena, text, ',', NULL) : NULL;

    if (!wanted_check(planner, route, wanted))
        return false;
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        struct flow *flow = &route->flows[route->flows_len];

        if (!is_wanted(wanted, (enum kind)kind) || !flow_derive(route, (enum kind)kind, flow))
            continue;
        if (!flow_mapping_load(planner, route, flow))
            return false;
        route->flows_len++;
    }
    return route->flows_len > 0 ||
           plan_wrong(planner, route->settings.line,
                      arena_format(planner->arena, "has nothing to carry from %s to %s",
                                   route->from->connector->title, route->to->connector->title),
                      route->name);
}

/* ---- routes ---- */

static bool end_load(const struct planner *planner, const struct route *route, const char *option,
                     const struct account **out)
{
    const char *name = settings_text(&route->settings, option);
    const char **names;

    *out = plan_account(planner->plan, name);
    if (*out)
        return true;
    names = arena_array(planner->arena, planner->plan->accounts_len + 1, sizeof *names);
    for (size_t i = 0; i < planner->plan->accounts_len; i++)
        names[i] = planner->plan->accounts[i].name;
    return plan_unknown(planner, route->settings.line, "account", name, names);
}

/* One route per pair of accounts, and keys of different routes that never meet at a target. */
static bool route_check(const struct planner *planner, const struct route *route)
{
    unsigned line = route->settings.line;

    if (route->from == route->to)
        return plan_wrong(planner, line, "leads from an account to itself", route->name);
    if (strlen(route->prefix) > 20 ||
        route->prefix[strspn(route->prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                            "0123456789-_.")])
        return plan_wrong(planner, line,
                          "cannot be a prefix: letters, digits, - _ and ., 20 at most",
                          route->prefix);
    for (const struct route *other = planner->plan->routes; other < route; other++) {
        if (other->from == route->from && other->to == route->to)
            return plan_wrong(
                planner, line,
                arena_format(planner->arena, "joins the same accounts as route %s", other->name),
                route->name);
        if (other->to == route->to && text_same(other->prefix, route->prefix))
            return plan_wrong(
                planner, line,
                arena_format(planner->arena,
                             "leads to the same account as route %s: give the two different "
                             "prefixes (`prefix = A-`), so that their orders cannot be mixed up",
                             other->name),
                route->name);
    }
    return true;
}

static bool mapping_dir_load(const struct planner *planner, struct route *route)
{
    const char *dir = settings_text(&route->settings, "mapping");
    char path[PATH_SIZE];

    if (!dir)
        dir = arena_format(planner->arena, "%s-%s", route->from->connector->name,
                           route->to->connector->name);
    if (!is_safe_name(dir))
        return plan_wrong(planner, route->settings.line,
                          "cannot be a folder of mappings: small letters, digits and -", dir);
    if (!path_join(path, planner->err, planner->plan->home, "mappings", dir, NULL))
        return false;
    route->mapping_dir = arena_text(planner->arena, path);
    return true;
}

static bool route_load(struct planner *planner, const struct config_section *section)
{
    struct plan *plan = planner->plan;
    struct route *route = &plan->routes[plan->routes_len];
    const char *prefix;

    route->name = section->name;
    if (!settings_load(&planner->config, section, route_options, planner->arena, &route->settings,
                       planner->err) ||
        !end_load(planner, route, "from", &route->from) ||
        !end_load(planner, route, "to", &route->to))
        return false;
    prefix = settings_text(&route->settings, "prefix");
    route->prefix = prefix ? prefix : "";
    if (!route_check(planner, route) || !mapping_dir_load(planner, route) ||
        !flows_load(planner, route))
        return false;
    plan->routes_len++;
    return true;
}

bool routes_load(struct planner *planner)
{
    struct plan *plan = planner->plan;
    size_t count = sections_count(planner, "route");

    if (!count)
        return err_set(planner->err, ERR_SETUP,
                       "%s: there is no [route NAME] with `from` and `to`, so nothing to do",
                       planner->config.path);
    plan->routes = arena_array(planner->arena, count, sizeof *plan->routes);
    for (size_t i = 0; i < planner->config.sections_len; i++) {
        const struct config_section *section = &planner->config.sections[i];

        if (text_same(section->kind, "route") && !route_load(planner, section))
            return false;
    }
    return true;
}
