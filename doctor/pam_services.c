/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/pam_services.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "doctor/pam_line.h"
#include "doctor/pam_module.h"
#include "doctor/pam_open.h"
#include "doctor/root.h"

/* What package managers and editors leave beside a file. */
static const char *const remainders[] = {".dpkg-old", ".dpkg-dist", ".dpkg-new", ".dpkg-bak",
                                         ".ucf-old",  ".ucf-dist",  ".rpmsave",  ".rpmnew",
                                         ".rpmorig",  ".orig",      ".bak",      "~"};

/* Programs that do the same in two ways. */
static const char *const siblings[][2] = {
    {"sudo", "sudo-i"}, {"sudo-i", "sudo"}, {"su", "su-l"}, {"su-l", "su"}};

/* What the services are compared with. */
struct compared {
    const struct cs_pam_summary *items;
    size_t count;
    const char *sshd; /* the service of sshd */
    struct cs_findings *all;
};

/* The length of the name that the file is a remainder of; 0: of none. */
static size_t stem(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < CS_ARRAY_SIZE(remainders); i++) {
        size_t tail = strlen(remainders[i]);

        if (length > tail && strcmp(name + length - tail, remainders[i]) == 0)
            return length - tail;
    }
    return 0;
}

bool cs_pam_is_remainder(const char *name)
{
    return stem(name) > 0;
}

bool cs_pam_is_never_read(const char *name)
{
    while (*name != '\0' && isupper((unsigned char)*name) == 0)
        name++;
    return *name != '\0';
}

static const struct cs_pam_summary *find(const struct compared *compared, const char *name,
                                         size_t length)
{
    for (size_t i = 0; i < compared->count; i++) {
        if (strlen(compared->items[i].name) == length &&
            strncmp(compared->items[i].name, name, length) == 0)
            return &compared->items[i];
    }
    return NULL;
}

/* Where a service's file is, or would be. */
static void path_of(const char *name, size_t length, struct cs_buffer *path)
{
    cs_buffer_free(path);
    cs_buffer_printf(path, CS_PAM_ETC "/%.*s", (int)length, name);
}

static bool asks_somewhere(const struct compared *compared)
{
    for (size_t i = 0; i < compared->count; i++) {
        if (compared->items[i].asks_us && !compared->items[i].fragment)
            return true;
    }
    return false;
}

static void without(const struct compared *compared, const char *name, const char *other,
                    struct cs_buffer *path)
{
    const struct cs_pam_summary *service = find(compared, name, strlen(name));

    if (service == NULL || service->asks_us)
        return;
    path_of(name, strlen(name), path);
    if (!path->failed)
        cs_findings_add(compared->all, CS_FINDING_RISKY, "pam-service-without",
                        (struct cs_place){path->text, 0},
                        "add the line of pam_countersign there too, if it shall ask",
                        "%s asks for no second factor, and %s does", name, other);
}

/* Whether a line of sshd's settings, wherever it counts, names the method that runs PAM's lines: an
 * sshd of keys alone may do without our module. */
static enum cs_err runs_pam(const char *root, bool *ret_runs)
{
    CS_AUTO(cs_strlist_free) struct cs_strlist paths = {0};
    enum cs_err result = cs_root_glob(root, "/etc/ssh/sshd_config", &paths);

    *ret_runs = false;
    if (result == CS_OK)
        result = cs_root_glob(root, "/etc/ssh/sshd_config.d/*.conf", &paths);
    for (size_t i = 0; i < paths.count && result == CS_OK && !*ret_runs; i++) {
        CS_AUTO(cs_secret_free) struct cs_secret content = {0};
        char *next, *line;

        if (cs_root_read(root, paths.items[i], &content, NULL) != CS_OK)
            continue;
        for (next = content.data; (line = strsep(&next, "\n")) != NULL;)
            *ret_runs = *ret_runs || (line[strspn(line, " \t")] != '#' &&
                                      strstr(line, "keyboard-interactive") != NULL);
    }
    return result;
}

static void look_without(const struct compared *compared, bool sshd_runs_pam,
                         struct cs_buffer *path)
{
    if (!asks_somewhere(compared)) {
        cs_findings_add(compared->all, CS_FINDING_RISKY, "pam-nowhere", (struct cs_place){0},
                        "add 'auth required pam_countersign.so' to the file of a service, such as "
                        "/etc/pam.d/sshd",
                        "no PAM service asks for a second factor");
        return;
    }
    if (sshd_runs_pam)
        without(compared, compared->sshd, "another service", path);
    for (size_t i = 0; i < CS_ARRAY_SIZE(siblings); i++) {
        const struct cs_pam_summary *asking =
            find(compared, siblings[i][0], strlen(siblings[i][0]));

        if (asking != NULL && asking->asks_us)
            without(compared, siblings[i][1], siblings[i][0], path);
    }
}

/* Whether a file, whatever it is, has a line that names our module. */
static bool mentions_us(const struct cs_pam_source *source, const char *path)
{
    CS_AUTO(cs_secret_free) struct cs_secret content = {0};
    struct cs_pam_reader reader = {.number = 1, .newer = true};
    struct cs_pam_line line;
    bool found = false;

    if (cs_pam_read(source, path, &content) != CS_OK)
        return false;
    reader.next = content.data;
    reader.end = content.data + content.length;
    while (!found && cs_pam_line_next(&reader, &line) == CS_PAM_LINE) {
        found = strstr(line.text.text, CS_PAM_OURS_NAME ".so") != NULL;
        cs_buffer_free(&line.text);
    }
    return found;
}

static void look_put_back(const struct compared *compared, const struct cs_pam_source *source,
                          const char *name, struct cs_buffer *path)
{
    size_t length = stem(name);
    const struct cs_pam_summary *service = find(compared, name, length);

    path_of(name, strlen(name), path);
    if (service == NULL || service->asks_us || path->failed || !mentions_us(source, path->text))
        return;
    path_of(name, length, path);
    if (!path->failed)
        cs_findings_add(compared->all, CS_FINDING_WRONG, "pam-put-back",
                        (struct cs_place){path->text, 0},
                        "bring the line of pam_countersign back, and remove the other file",
                        "%s asks for no second factor, but %s beside it does: an upgrade or a "
                        "person has put the file back",
                        service->name, name);
}

static void look_never_read(const struct compared *compared, const struct cs_pam_source *source,
                            const char *name, struct cs_buffer *path)
{
    path_of(name, strlen(name), path);
    if (!path->failed && mentions_us(source, path->text))
        cs_findings_add(compared->all, CS_FINDING_WRONG, "pam-name-case",
                        (struct cs_place){path->text, 0}, "give it a name in lower case",
                        "libpam looks for services in lower case only, and never reads %s", name);
}

/* A service that PAMServiceName names is missed where that is looked at. */
static void look_missing(const struct cs_doctor *doctor, const struct compared *compared)
{
    static const char usual[] = "sshd";
    struct stat status;

    if (strcmp(compared->sshd, usual) == 0 &&
        cs_root_stat(doctor->root, "/etc/ssh/sshd_config", &status) == 0 &&
        find(compared, usual, strlen(usual)) == NULL)
        cs_findings_add(compared->all, CS_FINDING_WRONG, "pam-service-missing",
                        (struct cs_place){CS_PAM_ETC "/sshd", 0},
                        "write that file, or install openssh-server again",
                        "sshd is set up, but there is no PAM service sshd: libpam takes the lines "
                        "of other");
}

enum cs_err cs_pam_look_services(const struct cs_pam_look *look,
                                 const struct cs_pam_summary *services, size_t count,
                                 const struct cs_strlist *names)
{
    const struct compared compared = {services, count, look->sshd, look->all};
    CS_AUTO(cs_buffer_free) struct cs_buffer path = {0};
    bool sshd_runs_pam;
    enum cs_err result = runs_pam(look->doctor->root, &sshd_runs_pam);

    if (result != CS_OK)
        return result;
    look_without(&compared, sshd_runs_pam, &path);
    for (size_t i = 0; i < names->count; i++) {
        if (cs_pam_is_remainder(names->items[i]))
            look_put_back(&compared, &look->source, names->items[i], &path);
        else if (cs_pam_is_never_read(names->items[i]))
            look_never_read(&compared, &look->source, names->items[i], &path);
    }
    look_missing(look->doctor, &compared);
    return path.failed ? CS_ERR_NOMEM : CS_OK;
}
