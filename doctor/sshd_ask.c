/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/sshd_ask.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "doctor/run.h"

enum { PATIENCE_MS = 5000, PATH_SIZE = 64 };

const char cs_sshd_program[] = "/usr/sbin/sshd";

/* ---- a key ---- */

/* Without a host key sshd -T says nothing, and an image seldom has one. This one is of no use to
 * anybody: it is in this process's memory only. sshd wants nobody else to be able to read it. */
static enum cs_err make_key(int *ret_fd, struct cs_error *error)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    int fd = memfd_create("key", MFD_CLOEXEC);
    int other = fd >= 0 && fchmod(fd, 0600) == 0 ? dup(fd) : -1;
    FILE *file = other >= 0 ? fdopen(other, "w") : NULL;
    bool written = key != NULL && file != NULL &&
                   PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1;

    if (file != NULL)
        written = fclose(file) == 0 && written;
    else
        cs_fd_close(&other);
    EVP_PKEY_free(key);
    *ret_fd = fd;
    return written ? CS_OK : cs_fail(error, CS_ERR_CRYPTO, "no key could be made for sshd -T");
}

/* ---- its folder ---- */

/* sshd -T wants /run/sshd, which systemd makes when sshd starts. Where it is missing, this one
 * process gets a /run of its own, which nobody else sees; if that is not allowed, sshd says what it
 * misses. */
static void make_folder(void)
{
    if (access("/run/sshd", F_OK) == 0 || unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k") != 0)
        return;
    (void)mkdir("/run/sshd", 0755);
}

/* ---- what sshd says ---- */

/* The file whose copy begins `*text` ("/proc/PID/fd/N"), and *text moves behind it; or NULL. */
static const struct cs_sshd_source *find_copy(const struct cs_sshd_text *text, const char **said)
{
    for (size_t i = 0; i < text->source_count; i++) {
        char name[PATH_SIZE];
        size_t length = (size_t)snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)getpid(),
                                         text->sources[i].copy);
        char after = strncmp(*said, name, length) == 0 ? (*said)[length] : '0';

        if (after >= '0' && after <= '9')
            continue; /* another number that begins alike */
        *said += length;
        return &text->sources[i];
    }
    return NULL;
}

/* Copies become the files again. */
static void with_names(const struct cs_sshd_text *text, const char *said, struct cs_buffer *out)
{
    cs_buffer_text(out, "");
    while (*said != '\0') {
        const struct cs_sshd_source *source =
            *said == '/' && text->copies ? find_copy(text, &said) : NULL;

        if (source != NULL)
            cs_buffer_text(out, source->path);
        else
            cs_buffer_add(out, said++, 1);
    }
}

/* "FILE: line 3: ..." or "FILE line 3: ...". */
static bool find_place(const struct cs_sshd_text *text, const char *said,
                       struct cs_place *ret_place)
{
    for (size_t i = text->source_count; i-- > 0;) {
        const char *path = text->sources[i].path, *found = strstr(said, path);
        unsigned line;

        if (found == NULL)
            continue;
        found += strlen(path);
        if (sscanf(found + (*found == ':'), " line %9u", &line) == 1) {
            *ret_place = (struct cs_place){path, line};
            return true;
        }
    }
    return false;
}

static enum cs_err refuse(const struct cs_sshd_text *text, const struct cs_run *run,
                          struct cs_place *ret_place, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer said = {0};
    bool placed;

    with_names(text, run->errors.text ? run->errors.text : "", &said);
    if (said.failed)
        return cs_fail_nomem(error);
    *ret_place = (struct cs_place){cs_sshd_config, 0};
    placed = find_place(text, said.text, ret_place);
    for (char *byte = said.text; *byte != '\0'; byte++)
        *byte = *byte == '\n' || *byte == '\r' ? ' ' : *byte;
    while (said.length > 0 && said.text[said.length - 1] == ' ')
        said.text[--said.length] = '\0';
    return cs_fail(error, placed ? CS_ERR_CONFIG : CS_ERR_UNAVAILABLE, "%s",
                   said.length > 0 ? said.text : "sshd -T fails without a word");
}

static enum cs_err keep_settings(const char *said, struct cs_sshd_view *ret_view,
                                 struct cs_error *error)
{
    while (*said != '\0') {
        size_t length = strcspn(said, "\n");

        if (cs_strlist_add(&ret_view->settings, said, length) != CS_OK)
            return cs_fail_nomem(error);
        said += length + (said[length] == '\n');
    }
    return CS_OK;
}

static enum cs_err describe(const struct cs_sshd_connection *connection, struct cs_buffer *out,
                            struct cs_error *error)
{
    if (connection != NULL)
        cs_buffer_printf(out, "user=%s,addr=%s,host=%s,laddr=%s,lport=%s,rdomain=%s",
                         connection->user, connection->address, connection->host,
                         connection->local_address, connection->local_port, connection->domain);
    return out->failed ? cs_fail_nomem(error) : CS_OK;
}

enum cs_err cs_sshd_ask(const struct cs_sshd_text *text,
                        const struct cs_sshd_connection *connection, struct cs_sshd_view *ret_view,
                        struct cs_place *ret_place, struct cs_error *error)
{
    CS_AUTO(cs_run_clear) struct cs_run run = {0};
    CS_AUTO(cs_buffer_free) struct cs_buffer whom = {0};
    CS_AUTO(cs_fd_close) int key = -1;
    char config[PATH_SIZE], key_file[PATH_SIZE];
    const char *words[CS_RUN_WORDS_MAX] = {cs_sshd_program, "-T"};
    size_t count = 2;
    enum cs_err result = describe(connection, &whom, error);

    if (result == CS_OK && text->copies)
        result = make_key(&key, error);
    if (result != CS_OK)
        return result;
    if (text->copies) {
        (void)snprintf(config, sizeof config, "/proc/%d/fd/%d", (int)getpid(),
                       text->sources[0].copy);
        (void)snprintf(key_file, sizeof key_file, "/proc/%d/fd/%d", (int)getpid(), key);
        words[count++] = "-f";
        words[count++] = config;
        words[count++] = "-h";
        words[count++] = key_file;
    }
    if (connection != NULL) {
        words[count++] = "-C";
        words[count++] = whom.text;
    }
    result = cs_run_prepared(words, make_folder, PATIENCE_MS, &run, error);
    if (result == CS_OK && run.status != 0)
        result = refuse(text, &run, ret_place, error);
    return result == CS_OK ? keep_settings(run.out.text ? run.out.text : "", ret_view, error)
                           : result;
}

void cs_sshd_view_clear(struct cs_sshd_view *view)
{
    cs_strlist_free(&view->settings);
    *view = (struct cs_sshd_view){0};
}

const char *cs_sshd_value(const struct cs_sshd_view *view, const char *keyword)
{
    size_t length = strlen(keyword);

    for (size_t i = 0; i < view->settings.count; i++) {
        const char *setting = view->settings.items[i];

        if (strncasecmp(setting, keyword, length) == 0 && setting[length] == ' ')
            return setting + length + 1;
    }
    return "";
}

/* ---- the version ---- */

/* sshd -V says it from 9.5 on; before that, so does the text about a wrong option. */
bool cs_sshd_find_version(struct cs_sshd_version *ret_version)
{
    const char *const words[] = {cs_sshd_program, "-V", NULL};
    CS_AUTO(cs_run_clear) struct cs_run run = {0};
    const char *version = NULL;

    if (cs_run(words, PATIENCE_MS, &run, NULL) == CS_OK && run.errors.text != NULL)
        version = strstr(run.errors.text, "OpenSSH_");
    return version != NULL &&
           sscanf(version, "OpenSSH_%3u.%3u", &ret_version->major, &ret_version->minor) == 2;
}

bool cs_sshd_is_from(const struct cs_sshd_version *version, unsigned major, unsigned minor)
{
    return version->major > major || (version->major == major && version->minor >= minor);
}
