-- Sends one complete response for each slip: all items rated, some causes, one text in four. Every code is used once.
local codes, at, head, body = {}, 0, nil, ""
function init(arguments)
  for line in io.lines(arguments[1]) do
    local code = line:match('","(%d%d%d%d%d %d%d%d%d%d %d%d%d%d%d %d%d%d%d%d)","')
    if code then codes[#codes + 1] = code:gsub(" ", "") end
  end
  local first, last = tonumber(arguments[3]) or 1, tonumber(arguments[4]) or #codes
  at, limit = first - 1, last
  local file = io.open(arguments[2]); body = file:read("*a"); file:close()
  -- All requests have one length, so that only the code is put in for each: the client is to cost little beside the server.
  local example = wrk.format("POST", nil, { ["Content-Type"] = "application/x-www-form-urlencoded" }, "code=" .. codes[1] .. "&" .. body)
  local from = example:find("code=" .. codes[1], 1, true) + 5
  head, body = example:sub(1, from - 1), example:sub(from + #codes[1])
end
function request()
  at = at + 1
  if at > limit then at = limit end
  return head .. codes[at] .. body
end
local threads = {}
function setup(thread) table.insert(threads, thread) end
function response(status, headers)
  if status == 303 and (headers["location"] or headers["Location"] or ""):find("received") then received = (received or 0) + 1 else other = (other or 0) + 1 end
end
function done(summary, latency)
  local received, other = 0, 0
  for _, thread in ipairs(threads) do received = received + (thread:get("received") or 0); other = other + (thread:get("other") or 0) end
  io.write(string.format("received %d\nother %d\nper_s %.0f\np50_ms %.2f\np99_ms %.2f\n", received, other, received / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
