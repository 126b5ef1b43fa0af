-- What the base map shows, and nothing else: water, parks, squares, blocks, streets with their names, house numbers.
-- static/js/map.js gives these layers their colours from the map-* tokens.

node_keys = { "place", "addr:housenumber" }

local road_class = {
  motorway = "major", trunk = "major", primary = "major", secondary = "major", primary_link = "major", secondary_link = "major",
  tertiary = "minor", tertiary_link = "minor", unclassified = "minor", residential = "minor", living_street = "minor",
  pedestrian = "minor", service = "lane", cycleway = "path", footway = "path", path = "path", steps = "path",
}
local first_zoom = { major = 11, minor = 12, lane = 14, path = 14 }
local green = {
  leisure = { park = true, garden = true, playground = true, pitch = true },
  landuse = { grass = true, forest = true, meadow = true, recreation_ground = true },
  natural = { wood = true, scrub = true, heath = true },
}

function init_function() end
function exit_function() end

function node_function(node)
  local place = node:Find("place")
  if place == "suburb" or place == "neighbourhood" or place == "quarter" then
    node:Layer("place", false)
    node:Attribute("name", node:Find("name"))
  end
  local number = node:Find("addr:housenumber")
  if number ~= "" then
    node:Layer("number", false)
    node:Attribute("number", number)
    node:MinZoom(15)
  end
end

local function is_green(way)
  for key, values in pairs(green) do
    if values[way:Find(key)] then return true end
  end
  return false
end

local function area(way)
  if way:Find("natural") == "water" then
    way:Layer("water", true)
  elseif way:Find("building") ~= "" then
    way:Layer("block", true)
    way:MinZoom(13)
  elseif is_green(way) then
    way:Layer("park", true)
    way:MinZoom(12)
  elseif way:Find("place") == "square" or (way:Find("highway") == "pedestrian" and way:Find("area") == "yes") then
    way:Layer("square", true)
    way:MinZoom(13)
  end
end

function way_function(way)
  local railway = way:Find("railway")
  if railway == "rail" and way:Find("tunnel") ~= "yes" then
    way:Layer("road", false)
    way:Attribute("class", "rail")
    way:MinZoom(13)
  end
  local class = road_class[way:Find("highway")]
  if class and way:Find("tunnel") ~= "yes" and way:Find("indoor") ~= "yes" and way:Find("area") ~= "yes" then
    way:Layer("road", false)
    way:Attribute("class", class)
    way:MinZoom(first_zoom[class])
    if class ~= "path" then way:Attribute("name", way:Find("name")) end
  end
  if way:IsClosed() or way:Find("type") == "multipolygon" then area(way) end
end
