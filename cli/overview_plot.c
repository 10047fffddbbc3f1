/* SPDX-License-Identifier: Apache-2.0 */
/* Widths are in per cent and there is no viewBox, so that texts keep their size on any screen. */
#include "cli/overview_plot.h"

#include "cli/html.h"

/* Of a row, in CSS pixels: a line of text, the bar below it, and a gap. */
enum { ROW_HEIGHT = 40, TEXT_BASE = 15, BAR_TOP = 21, BAR_HEIGHT = 11 };

static unsigned sum(const unsigned *counts, size_t bars)
{
    unsigned all = 0;

    for (size_t i = 0; i < bars; i++)
        all += counts[i];
    return all;
}

static unsigned longest(const unsigned *counts, size_t bars)
{
    unsigned most = 0;

    for (size_t i = 0; i < bars; i++)
        most = counts[i] > most ? counts[i] : most;
    return most;
}

static double per_cent(unsigned count, unsigned all)
{
    return all > 0 ? 100.0 * count / all : 0;
}

static void draw_bar(struct cs_buffer *page, const char *label, size_t row, unsigned count,
                     unsigned most)
{
    size_t top = row * ROW_HEIGHT;

    cs_buffer_printf(page, "<text x=\"0\" y=\"%zu\">", top + TEXT_BASE);
    cs_html_text(page, label);
    cs_buffer_printf(page,
                     "</text><text class=\"number\" x=\"100%%\" y=\"%zu\">%u</text>"
                     "<rect class=\"room\" x=\"0\" y=\"%zu\" width=\"100%%\" height=\"%d\"/>"
                     "<rect class=\"bar\" x=\"0\" y=\"%zu\" width=\"%.4f%%\" height=\"%d\"/>\n",
                     top + TEXT_BASE, count, top + BAR_TOP, BAR_HEIGHT, top + BAR_TOP,
                     per_cent(count, most), BAR_HEIGHT);
}

static void draw_bars(struct cs_buffer *page, const struct cs_plot_shape *shape,
                      const unsigned *counts)
{
    size_t bars = cs_plot_bars(shape);
    unsigned most = longest(counts, bars);

    cs_buffer_printf(page,
                     "<svg id=\"%s\" width=\"100%%\" height=\"%zu\" role=\"img\" "
                     "aria-labelledby=\"%s-title\"><title id=\"%s-title\">%s; the table has the "
                     "numbers</title>\n",
                     shape->key, bars * ROW_HEIGHT, shape->key, shape->key, shape->title);
    for (size_t i = 0; i < bars; i++)
        draw_bar(page, shape->bars[i].label, i, counts[i], most);
    cs_buffer_text(page, "</svg>\n");
}

static void add_table(struct cs_buffer *page, const struct cs_plot_shape *shape,
                      const unsigned *counts)
{
    size_t bars = cs_plot_bars(shape);
    unsigned all = sum(counts, bars);

    cs_buffer_printf(page,
                     "<table>\n<tr><th scope=\"col\"><span class=\"hidden\">%s</span></th>"
                     "<th scope=\"col\">%s</th><th scope=\"col\">share</th></tr>\n",
                     shape->title, shape->what);
    for (size_t i = 0; i < bars; i++)
        cs_buffer_printf(page,
                         "<tr><th scope=\"row\">%s</th><td>%u</td><td>%.1f&nbsp;%%</td></tr>\n",
                         shape->bars[i].label, counts[i], per_cent(counts[i], all));
    cs_buffer_text(page, "</table>\n");
}

void cs_overview_draw(struct cs_buffer *page, const struct cs_overview_tally *tally,
                      enum cs_overview_plot plot)
{
    const struct cs_plot_shape *shape = cs_plot_shape(plot);

    cs_buffer_printf(page, "<section>\n<h2>%s</h2>\n<div class=\"figure\">\n", shape->title);
    draw_bars(page, shape, tally->counts[plot]);
    add_table(page, shape, tally->counts[plot]);
    cs_buffer_text(page, "</div>\n</section>\n");
}
