/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/overview_page.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/strlist.h"
#include "cli/html.h"
#include "cli/overview_plot.h"

enum { USERS_MAX = 1000 };

static const char style[] =
    ":root{--back:#fff;--text:#1c2126;--quiet:#57606a;--line:#d0d7de;--room:#eaeef2;--bar:#0b6bcb;"
    "--warn:#9a3412}"
    "@media (prefers-color-scheme:dark){:root{--back:#14181d;--text:#e6eaee;--quiet:#9aa5b1;"
    "--line:#3a434d;--room:#262d35;--bar:#5aa9f5;--warn:#fdba74}}"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:72rem;background:var(--back);"
    "color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}"
    "h2{font-size:1.15rem;margin:0 0 .75rem}h3{font-size:1rem;margin:1.25rem 0 .25rem}"
    "p{margin:.25rem 0}.quiet{color:var(--quiet)}.warn{color:var(--warn);font-weight:600}"
    "section{margin-top:2rem;padding-top:1.25rem;border-top:1px solid var(--line)}"
    ".figure{display:flex;flex-wrap:wrap;gap:1rem 3rem;align-items:flex-start}"
    ".figure svg{flex:1 1 20rem;min-width:0}.figure table{flex:1 1 20rem;overflow-wrap:normal}"
    "svg text{fill:var(--text);font-size:14px}svg .number{text-anchor:end;"
    "font-variant-numeric:tabular-nums}svg .bar{fill:var(--bar)}svg .room{fill:var(--room)}"
    "table{border-collapse:collapse;font-size:.9rem}"
    "th,td{padding:.25rem .75rem .25rem 0;text-align:left;border-bottom:1px solid var(--line);"
    "vertical-align:top}"
    "td,time{white-space:nowrap}th{font-weight:600}th[scope=row]{font-weight:400}.figure "
    "th[scope=row]{white-space:nowrap}.figure td,"
    ".figure th[scope=col]+th{text-align:right;font-variant-numeric:tabular-nums}"
    ".wide{overflow-x:auto}.wide table{width:100%;overflow-wrap:normal}.wide th{white-space:nowrap}"
    ".wide th[scope=row]{min-width:9rem;white-space:normal;overflow-wrap:anywhere}"
    ".hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    "@media print{:root{--back:#fff;--text:#000;--quiet:#333;--line:#999;--room:#eee;--bar:#333;"
    "--warn:#000}body{max-width:none;padding:0;font-size:11pt}"
    "svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    ".figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.wide{overflow:visible}}";

static void add_heading(struct cs_buffer *page, const struct cs_overview_tally *tally,
                        const struct cs_overview_heading *heading)
{
    char now[CS_TIME_SIZE];

    cs_format_time(tally->now, now);
    cs_buffer_text(page, "<h1>Second factors on ");
    cs_html_text(page, heading->host);
    cs_buffer_printf(page,
                     "</h1>\n<p class=\"quiet\">As of <time datetime=\"%s\">%s</time>, by "
                     "<code>countersign report</code>. Users who have something in the "
                     "store: %u.",
                     now, now, tally->users);
    if (heading->expected[0] != '\0') {
        cs_buffer_text(page, " Accounts that ought to have a factor: ");
        cs_html_text(page, heading->expected);
        cs_buffer_printf(page, ", %u of them.",
                         tally->counts[CS_PLOT_COVERAGE][0] + tally->counts[CS_PLOT_COVERAGE][1]);
    }
    cs_buffer_text(page, "</p>\n");
}

static void add_note(struct cs_buffer *page, const struct cs_overview_tally *tally,
                     enum cs_overview_note note)
{
    const struct cs_strlist *named = &tally->named[note];
    const struct cs_note_shape *shape = cs_note_shape(note);

    cs_buffer_printf(page, "<h3>%s: %u</h3>\n<p>", shape->title, tally->notes[note]);
    for (size_t i = 0; i < named->count; i++) {
        cs_buffer_text(page, i > 0 ? ", " : "");
        cs_html_text(page, named->items[i]);
    }
    if (tally->notes[note] > named->count)
        cs_buffer_printf(page, " and %zu more", tally->notes[note] - named->count);
    cs_buffer_text(page, "</p>\n<p class=\"quiet\">");
    cs_html_text(page, shape->advice);
    cs_buffer_text(page, "</p>\n");
}

static void add_notes(struct cs_buffer *page, const struct cs_overview_tally *tally)
{
    unsigned all = 0;

    cs_buffer_text(page, "<section id=\"notes\">\n<h2>To look at</h2>\n");
    for (int i = 0; i < CS_OVERVIEW_NOTES; i++) {
        if (tally->notes[i] > 0)
            add_note(page, tally, (enum cs_overview_note)i);
        all += tally->notes[i];
    }
    cs_buffer_text(page, all == 0 ? "<p>Nobody.</p>\n</section>\n" : "</section>\n");
}

/* ---- the users ---- */

struct listing {
    struct cs_buffer *page;
    unsigned rows;
};

static void add_time(struct cs_buffer *page, int64_t seconds)
{
    char text[CS_TIME_SIZE];

    cs_format_time(seconds, text);
    if (seconds == 0)
        cs_buffer_text(page, "<td>never</td>");
    else /* the day is enough here */
        cs_buffer_printf(page, "<td><time datetime=\"%s\">%.10s</time></td>", text, text);
}

static enum cs_err add_user(const struct cs_overview_row *row, void *context,
                            struct cs_error *error)
{
    struct listing *listing = context;
    const struct cs_stored_user *user = &row->stored;
    const char *separator = "";

    (void)error;
    if (listing->rows++ >= USERS_MAX)
        return CS_OK;
    cs_buffer_text(listing->page, "<tr><th scope=\"row\">");
    cs_html_text(listing->page, user->name);
    cs_buffer_printf(listing->page, "</th><td>%u</td><td>%u</td><td>%u</td><td>%s</td>", user->totp,
                     user->keys, user->recovery_left, user->has_password ? "yes" : "no");
    add_time(listing->page, user->last_used);
    cs_buffer_text(listing->page, "<td class=\"warn\">");
    for (int i = 0; i < CS_OVERVIEW_NOTES; i++) {
        if (!cs_overview_noted(row, (enum cs_overview_note)i))
            continue;
        cs_buffer_printf(listing->page, "%s%s", separator,
                         cs_overview_word((enum cs_overview_note)i));
        separator = ", ";
    }
    cs_buffer_text(listing->page, "</td></tr>\n");
    return CS_OK;
}

static enum cs_err add_users(const struct cs_overview *overview, struct cs_buffer *page,
                             struct cs_error *error)
{
    struct listing listing = {.page = page};
    enum cs_err result;

    cs_buffer_text(page,
                   "<section id=\"users\">\n<h2>Users</h2>\n<div class=\"wide\" tabindex=\"0\" "
                   "role=\"region\" aria-label=\"Users\">\n<table>\n<tr><th scope=\"col\">user</th>"
                   "<th scope=\"col\">apps</th><th scope=\"col\">keys</th>"
                   "<th scope=\"col\">recovery codes</th><th scope=\"col\">password</th>"
                   "<th scope=\"col\">last use</th><th scope=\"col\">to look at</th></tr>\n");
    result = cs_overview_each(overview, add_user, &listing, error);
    cs_buffer_text(page, "</table>\n</div>\n");
    if (listing.rows > USERS_MAX)
        cs_buffer_printf(page,
                         "<p class=\"quiet\">and %u more: <code>countersign report --csv</code> "
                         "has them all.</p>\n",
                         listing.rows - USERS_MAX);
    cs_buffer_text(page, "</section>\n");
    return result;
}

enum cs_err cs_overview_page(const struct cs_overview *overview,
                             const struct cs_overview_tally *tally,
                             const struct cs_overview_heading *heading, struct cs_buffer *page,
                             struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer title = {0};
    enum cs_err result;

    cs_buffer_printf(&title, "Second factors on %s", heading->host);
    if (title.failed)
        return cs_fail_nomem(error);
    result = cs_html_begin(page, title.text, style, error);
    if (result != CS_OK)
        return result;
    cs_buffer_text(page, "<main>\n");
    add_heading(page, tally, heading);
    for (int i = 0; i < CS_OVERVIEW_PLOTS; i++)
        cs_overview_draw(page, tally, (enum cs_overview_plot)i);
    add_notes(page, tally);
    result = add_users(overview, page, error);
    cs_buffer_text(page, "</main>\n");
    cs_html_end(page);
    return result == CS_OK && page->failed ? cs_fail_nomem(error) : result;
}

enum cs_err cs_overview_save(const char *path, const struct cs_buffer *page, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer full = {0};
    struct stat status;

    if (lstat(path, &status) != 0 && errno != ENOENT)
        return cs_fail_errno(error, "%s: cannot create", path);
    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return cs_fail(error, CS_ERR_TRUST,
                       "%s: not a regular file, and is kept as it is; name another file", path);
    cs_buffer_printf(&full, "%s%s", strchr(path, '/') != NULL ? "" : "./", path);
    if (full.failed)
        return cs_fail_nomem(error);
    return cs_replace_file(full.text, 0600, (unsigned)-1, page->text, page->length, error);
}
