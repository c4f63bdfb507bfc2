def test_try(visit, without_database):
    import time
    v = visit("fi")
    t=time.time()
    at = v.send({"children": {"children-0-municipality": "288"}})
    print("walk", time.time()-t); t=time.time()
    p = v.open(at)
    print(p.title(), time.time()-t)
    v2 = visit("sv", url=without_database)
    r = v2.client.get("/sv/"); print(r.status_code)
    r = v2.client.get("/sv/follow-up"); print(r.status_code)
    p = v2.open("/sv/forms/guidance"); print(p.title())
