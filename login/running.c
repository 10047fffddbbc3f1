/* SPDX-License-Identifier: Apache-2.0 */
#include "login/running.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"
#include "base/trusted_open.h"
#include "paths.h"

enum { FILES_MAX = 64, NAME_SIZE = 32, TRIES = 3 };

/* One file: locked while this process lives, so that nobody takes it for one left behind. */
struct places {
    char name[NAME_SIZE];
    int fd;
    struct cs_running_head *head; /* the mapped file; the places follow */
};

struct cs_running {
    char *folder;
    unsigned places;       /* of each file */
    pthread_mutex_t mutex; /* guards the members below */
    struct places files[FILES_MAX];
    unsigned file_count;
    uint32_t
        free_numbers[CS_RUNNING_LOGINS_MAX]; /* the places that nobody has, the last given first */
    unsigned free_count, held;
    bool complained;
};

void cs_running_head_init(struct cs_running_head *head, unsigned places)
{
    *head = (struct cs_running_head){
        .mark = "countersign run", .places = places, .place_size = sizeof(struct cs_running_place)};
    (void)snprintf(head->version, sizeof head->version, "%s", CS_VERSION);
}

static size_t size_of(const struct cs_running *running)
{
    return sizeof(struct cs_running_head) + running->places * sizeof(struct cs_running_place);
}

static struct cs_running_place *place_at(const struct cs_running *running, uint32_t number)
{
    struct cs_running_head *head = running->files[number / running->places].head;

    return (struct cs_running_place *)(void *)(head + 1) + number % running->places;
}

struct cs_running *cs_running_new(const char *folder, unsigned places)
{
    struct cs_running *running = calloc(1, sizeof *running);

    if (running == NULL)
        return NULL;
    running->folder = strdup(folder);
    running->places = places;
    pthread_mutex_init(&running->mutex, NULL);
    if (running->folder == NULL)
        cs_running_free(&running);
    return running;
}

static void close_file(struct places *file, size_t size, int folder_fd)
{
    if (file->head != NULL)
        (void)munmap(file->head, size);
    if (folder_fd >= 0)
        (void)unlinkat(folder_fd, file->name, 0);
    cs_fd_close(&file->fd);
}

void cs_running_free(struct cs_running **running)
{
    struct cs_running *old = *running;
    CS_AUTO(cs_fd_close) int folder = -1;

    *running = NULL;
    if (old == NULL)
        return;
    if (old->held == 0 && old->file_count > 0)
        folder = open(old->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    for (unsigned i = 0; i < old->file_count; i++)
        close_file(&old->files[i], size_of(old), folder);
    pthread_mutex_destroy(&old->mutex);
    free(old->folder);
    free(old);
}

/* Only a file that is locked and still has its name is ours: whoever looks for files left behind
 * may have come between. */
static enum cs_err make_file(struct places *file, int folder_fd, struct cs_error *error)
{
    for (int i = 0; i < TRIES; i++) {
        struct stat status;
        uint64_t number;

        if (RAND_bytes((unsigned char *)&number, sizeof number) != 1)
            return cs_fail(error, CS_ERR_CRYPTO, "no random numbers are available");
        (void)snprintf(file->name, sizeof file->name, "%016" PRIx64, number);
        file->fd =
            openat(folder_fd, file->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file->fd < 0)
            return cs_fail_errno(error, "cannot make a file");
        if (flock(file->fd, LOCK_EX | LOCK_NB) == 0 && fstat(file->fd, &status) == 0 &&
            status.st_nlink > 0)
            return CS_OK;
        cs_fd_close(&file->fd);
    }
    return cs_fail(error, CS_ERR_SYSTEM, "files disappear");
}

/* The room is taken now: a write to a mapped file that cannot grow would end the process. */
static enum cs_err fill_file(const struct cs_running *running, struct places *file,
                             struct cs_error *error)
{
    size_t size = size_of(running);
    void *memory;

    errno = posix_fallocate(file->fd, 0, (off_t)size);
    if (errno != 0)
        return cs_fail_errno(error, "no room");
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
    if (memory == MAP_FAILED)
        return cs_fail_errno(error, "cannot map a file");
    file->head = memory;
    cs_running_head_init(file->head, running->places);
    return CS_OK;
}

static enum cs_err open_file(struct cs_running *running, struct cs_error *error)
{
    const struct cs_trust trust = {.owner = geteuid(), .forbidden = 0077};
    CS_AUTO(cs_fd_close) int folder = -1;
    struct places file = {.fd = -1};
    enum cs_err result = cs_check_trusted_folder(running->folder, &trust, error);

    if (result != CS_OK)
        return result;
    folder = open(running->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return cs_fail_errno(error, "cannot open the folder");
    result = make_file(&file, folder, error);
    if (result == CS_OK)
        result = fill_file(running, &file, error);
    if (result != CS_OK) {
        close_file(&file, size_of(running), file.fd >= 0 ? folder : -1);
        return result;
    }
    for (unsigned i = running->places; i > 0; i--)
        running->free_numbers[running->free_count++] =
            running->file_count * running->places + i - 1;
    running->files[running->file_count++] = file;
    return CS_OK;
}

static void complain(struct cs_running *running, const struct cs_log *log,
                     const struct cs_error *error)
{
    if (!running->complained)
        cs_log(log, LOG_INFO,
               "%s: a login that is killed will leave no record: %s; 'systemd-tmpfiles --create "
               "countersign.conf' makes the folder",
               running->folder, error->text);
    running->complained = true;
}

struct cs_running_place *cs_running_enter(struct cs_running *running, const struct cs_log *log)
{
    struct cs_running_place *place = NULL;
    struct cs_error error = {0};
    enum cs_err result = CS_OK;

    if (running == NULL)
        return NULL;
    pthread_mutex_lock(&running->mutex);
    if (running->free_count == 0)
        result = running->file_count < FILES_MAX &&
                         (running->file_count + 1) * running->places <= CS_RUNNING_LOGINS_MAX
                     ? open_file(running, &error)
                     : cs_fail(&error, CS_ERR_LIMIT, "too many logins run at once");
    if (result == CS_OK) {
        uint32_t number = running->free_numbers[--running->free_count];

        place = place_at(running, number);
        *place = (struct cs_running_place){.number = number};
        running->held++;
    } else {
        complain(running, log, &error);
    }
    pthread_mutex_unlock(&running->mutex);
    return place;
}

void cs_running_leave(struct cs_running *running, struct cs_running_place **place)
{
    uint32_t number;

    if (*place == NULL)
        return;
    number = (*place)->number;
    atomic_store_explicit(&(*place)->state, CS_RUNNING_FREE, memory_order_release);
    *place = NULL;
    pthread_mutex_lock(&running->mutex);
    running->free_numbers[running->free_count++] = number;
    running->held--;
    pthread_mutex_unlock(&running->mutex);
}
