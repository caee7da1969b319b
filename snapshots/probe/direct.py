"""What a store really does, found out with `s3.py` alone: the value of each capability that `gen probe` gives a verdict on."""

import base64
import hashlib
import threading
import time

from s3 import NAMESPACE, md5

LARGE = b"x" * (5 << 20)


def word(answer):
    return "enforced" if answer.status in (409, 412) else "ignored" if answer.ok else "rejected"


def both(store, bucket, key):
    """Two who create one object at once: how many succeeded."""
    answers = []
    gate = threading.Barrier(2)

    def create():
        gate.wait()
        answers.append(store.call("PUT", bucket, key, headers={"if-none-match": "*"}, body=b"x").ok)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answers)


def conditions(store, plain, versioned):
    once = {"if-none-match": "*"}
    found = {}
    store.call("PUT", plain, "c", headers=once, body=b"1")
    second = store.call("PUT", plain, "c", headers=once, body=b"2")
    kept = store.call("GET", plain, "c").body == b"1"
    found["s3.put.if_none_match"] = word(second) if kept or word(second) != "enforced" else "ignored"
    if any(both(store, plain, f"race{n}") > 1 for n in range(6)):
        found["s3.put.if_none_match"] = "ignored"
    wrong = {"if-match": '"00000000000000000000000000000000"'}
    store.call("PUT", plain, "m", body=b"1")
    found["s3.put.if_match"] = word(store.call("PUT", plain, "m", headers=wrong, body=b"2"))
    deleted = store.call("DELETE", plain, "m", headers=wrong)
    there = store.call("GET", plain, "m").ok
    found["s3.delete.if_match"] = "ignored" if deleted.ok and not there else word(deleted)
    # Lock, unlock, lock again, on a versioned bucket.
    states = []
    for _ in range(2):
        states.append(store.call("PUT", versioned, "s.tflock", headers=once, body=b"1").ok)
        states.append(not store.call("PUT", versioned, "s.tflock", headers=once, body=b"2").ok)
        store.call("DELETE", versioned, "s.tflock")
    found["state.lock"] = (["s3_lockfile"], None) if all(states) else (None, ["s3_lockfile"])
    return found


def multipart(store, bucket):
    found = {}
    upload = store.upload(bucket, "large")
    etags = [store.part(bucket, "large", upload, number, body).headers["etag"] for number, body in ((1, LARGE), (10000, b"y"))]
    beyond = store.part(bucket, "large", upload, 10001, b"z")
    done = store.complete(bucket, "large", upload, zip((1, 10000), etags))
    if done.ok and not beyond.ok:
        found["s3.multipart.max_parts"] = {"parts": 10000}
    digest = hashlib.md5(hashlib.md5(LARGE).digest() + hashlib.md5(b"y").digest()).hexdigest()
    etag = (done.first("ETag") or "").replace("&quot;", "").replace("&#34;", "").strip('"')
    found["s3.multipart.etag"] = "md5" if etag == f"{digest}-2" else "opaque"
    upload = store.upload(bucket, "copy")
    source = {"x-amz-copy-source": f"/{bucket}/large", "x-amz-copy-source-range": "bytes=0-9"}
    copied = store.call("PUT", bucket, "copy", {"partNumber": "1", "uploadId": upload}, source)
    store.complete(bucket, "copy", upload, [(1, copied.first("ETag") or "")])
    found["s3.copy.multipart"] = store.call("GET", bucket, "copy").body == b"x" * 10
    store.call("PUT", bucket, "taken", body=b"first")
    upload = store.upload(bucket, "taken")
    part = store.part(bucket, "taken", upload, 1, b"second")
    found["s3.multipart.if_none_match"] = word(
        store.complete(bucket, "taken", upload, [(1, part.headers["etag"])], {"if-none-match": "*"}))
    return found


def versions(store, bucket):
    first = store.call("PUT", bucket, "v", body=b"1").headers.get("x-amz-version-id")
    store.call("PUT", bucket, "v", body=b"2")
    store.call("DELETE", bucket, "v")
    return {"s3.versioning": bool(first) and store.call("GET", bucket, "v", {"versionId": first}).body == b"1"}


def locks(store, bucket, versioned):
    found = {}
    modes = []
    held = {}
    for mode in ("GOVERNANCE", "COMPLIANCE"):
        put, until = store.locked(bucket, mode, mode, 20)
        version = {"versionId": put.headers["x-amz-version-id"]}
        shorter = store.now(2).strftime("%Y-%m-%dT%H:%M:%SZ")
        retention = f'<Retention xmlns="{NAMESPACE}"><Mode>{mode}</Mode><RetainUntilDate>{shorter}</RetainUntilDate></Retention>'
        refused = [
            not store.call("DELETE", bucket, mode, version).ok,
            not store.xml(bucket, mode, "retention", retention, query=version).ok,
        ]
        lift = {"x-amz-bypass-governance-retention": "true"}
        if mode == "COMPLIANCE":
            governance = retention.replace("COMPLIANCE", "GOVERNANCE").replace(shorter, until)
            refused += [
                not store.call("DELETE", bucket, mode, version, lift).ok,
                not store.xml(bucket, mode, "retention", governance, query=version, headers=lift).ok,
                not store.versioning(bucket, "Suspended").ok,
                not store.call("DELETE", bucket).ok,
            ]
        refused.append(store.call("GET", bucket, mode, version).body == b"kept")
        if all(refused):
            modes.append(mode.lower())
        if mode == "GOVERNANCE":
            store.call("DELETE", bucket, mode, version, lift)
            if not store.call("GET", bucket, mode, version).ok:
                found["s3.object_lock.bypass_header"] = "amz"
        else:
            held = version
    found["s3.object_lock.modes"] = modes
    put = store.call("PUT", bucket, "free", body=b"free")
    free = store.call("DELETE", bucket, "free", {"versionId": put.headers["x-amz-version-id"]}).ok
    found["s3.object_lock.granularity"] = "object" if free else None
    put = store.call("PUT", bucket, "hold", headers={"x-amz-object-lock-legal-hold": "ON", "content-md5": md5(b"h")}, body=b"h")
    version = {"versionId": put.headers["x-amz-version-id"]}
    found["s3.object_lock.legal_hold"] = not store.call("DELETE", bucket, "hold", version, lift).ok
    store.xml(bucket, "hold", "legal-hold", f'<LegalHold xmlns="{NAMESPACE}"><Status>OFF</Status></LegalHold>', query=version)
    assert store.call("DELETE", bucket, "hold", version).ok, "a hold that was lifted still holds"
    put, until = store.locked(bucket, "long", "GOVERNANCE", 100 * 31_557_600)
    version = {"versionId": put.headers.get("x-amz-version-id", "")}
    told = store.call("GET", bucket, "long", {"retention": ""} | version).first("RetainUntilDate")
    if put.ok and told and told[:10] == until[:10]:
        found["s3.object_lock.max_retention"] = {"period": "100y"}
    store.call("DELETE", bucket, "long", version, lift)
    config = f'<ObjectLockConfiguration xmlns="{NAMESPACE}"><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
    later = store.xml(versioned, "", "object-lock", config)
    holds = False
    if later.ok:
        put, _ = store.locked(versioned, "later", "GOVERNANCE", 20)
        version = {"versionId": put.headers["x-amz-version-id"]}
        holds = not store.call("DELETE", versioned, "later", version).ok
        store.call("DELETE", versioned, "later", version, lift)
    found["s3.object_lock.on_existing_bucket"] = holds
    return found, held


def after_the_lock(store, bucket, held):
    """What was locked in compliance mode can be deleted when its lock has ended, and not before."""
    deadline = time.monotonic() + 40
    while not store.call("DELETE", bucket, "COMPLIANCE", held).ok:
        assert time.monotonic() < deadline, "a lock does not end"
        time.sleep(1)


def rest(store, bucket):
    found = {}
    store.call("PUT", bucket, "basics", body=b"there")
    host = store.call("GET", bucket, "basics", host_style=True).body == b"there"
    path = store.call("GET", bucket, "basics").body == b"there"
    found["s3.addressing"] = "virtual_host" if host else "path"
    for name in ("l/1", "l/2", "odd/a b+ü"):
        store.call("PUT", bucket, name, body=b"x")
    one = store.call("GET", bucket, query={"prefix": "l/"}).all("Key") == ["l/1", "l/2"]
    two = store.call("GET", bucket, query={"prefix": "l/", "list-type": "2", "start-after": "l/1"}).all("Key") == ["l/2"]
    found["s3.list.version"] = "v2" if two else "v1"
    listed = store.call("GET", bucket, query={"prefix": "odd/", "encoding-type": "url", "list-type": "2"})
    found["s3.list.url_encoding"] = "%C3%BC" in (listed.first("Key") or "")
    again = store.call("PUT", bucket)
    if not again.ok:
        found["s3.bucket.create_conflict"] = again.first("Code") in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")
    body = f'<Tagging xmlns="{NAMESPACE}"><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>'
    put = store.xml(bucket, "", "tagging", body)
    found["s3.bucket.tags"] = put.ok and store.call("GET", bucket, query={"tagging": ""}).all("Key") == ["a"]
    policy = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject"],'
              f'"Resource":["arn:aws:s3:::{bucket}/basics"]}}]}}')
    put = store.call("PUT", bucket, query={"policy": ""}, body=policy.encode())
    anybody = [store.call("GET", bucket, name, unsigned=True).ok for name in ("basics", "l/1")]
    store.call("DELETE", bucket, query={"policy": ""})
    found["s3.bucket_policy"] = put.ok and anybody == [True, False]
    accepted = store.chunked(bucket, "sum", b"body").ok and store.call("GET", bucket, "sum").body == b"body"
    found["s3.checksum.default_integrity"] = "accept" if accepted else "reject"
    get = store.call("GET", bucket, "basics", presign=60)
    put = store.call("PUT", bucket, "signed", presign=60, body=b"signed")
    late = store.call("GET", bucket, "basics", presign=60, off=-120)
    assert not late.ok, "an address that expired gives access"
    found["s3.presign.sigv4"] = {"get": get.body == b"there", "put": put.ok and store.call("GET", bucket, "signed").body == b"signed"}
    if store.call("GET", bucket, "basics", presign=604800).ok and not store.call("GET", bucket, "basics", presign=604801).ok:
        found["s3.presign.sigv4"]["max_ttl"] = "7d"
    parts = {"path": path, "vhost": host, "list_v1": one, "list_v2": two, "multipart": bool(store.upload(bucket, "u")), "presign": get.ok}
    found["s3.api"] = ([name for name, there in parts.items() if there], [name for name, there in parts.items() if not there] or None)
    return found


def encryption(store, bucket):
    offered = []
    for name, algorithm in (("sse_s3", "AES256"), ("sse_kms", "aws:kms")):
        put = store.call("PUT", bucket, name, headers={"x-amz-server-side-encryption": algorithm}, body=b"x")
        head = store.call("HEAD", bucket, name)
        if put.ok and head.headers.get("x-amz-server-side-encryption") == algorithm:
            offered.append(name)
    key = b"k" * 32
    prefix = "x-amz-server-side-encryption-customer-"
    headers = {f"{prefix}algorithm": "AES256", f"{prefix}key": base64.b64encode(key).decode(), f"{prefix}key-md5": md5(key)}
    put = store.call("PUT", bucket, "c", headers=headers, body=b"x")
    if put.ok and not store.call("GET", bucket, "c").ok and store.call("GET", bucket, "c", headers=headers).body == b"x":
        offered.append("sse_c")
    if not put.ok and store.scheme == "http":
        return {}
    return {"s3.encryption": offered}


def lifecycle(store, bucket):
    transition = "<Transition><Days>30</Days><StorageClass>{}</StorageClass></Transition>"
    actions = {
        "expire": ["<Expiration><Days>1</Days></Expiration>"],
        "noncurrent": ["<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>"],
        "abort_mpu": ["<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>"],
        "transition": [transition.format("STANDARD_IA"), transition.format("GLACIER")],
    }
    taken = []
    unnamed = False
    for name, forms in actions.items():
        for form in forms:
            rule = f"<Rule><ID>a</ID><Filter><Prefix>n/</Prefix></Filter><Status>Enabled</Status>{form}</Rule>"
            put = store.xml(bucket, "", "lifecycle", f'<LifecycleConfiguration xmlns="{NAMESPACE}">{rule}</LifecycleConfiguration>')
            if put.ok and form[1:form.index(">")] in store.call("GET", bucket, query={"lifecycle": ""}).text:
                taken.append(name)
                break
            if name == "transition" and put.first("Code") == "InvalidStorageClass":
                unnamed = True
    store.call("DELETE", bucket, query={"lifecycle": ""})
    # Whether objects can be moved is not known while no class has a name that fits; the set is closed.
    return {} if unnamed and "transition" not in taken else {"s3.lifecycle.actions": taken}


def all_of(store):
    """Every value, and a function that removes what is left."""
    plain, versioned, locked = (store.make(f"direct-{letter}", letter == "v", letter == "l") for letter in "pvl")
    found, held = locks(store, locked, versioned)
    found |= conditions(store, plain, versioned)
    found |= multipart(store, plain) | versions(store, versioned) | rest(store, plain)
    found |= encryption(store, plain) | lifecycle(store, versioned)
    after_the_lock(store, locked, held)
    return found
