"""The words that incidents are named with: kind, short, easy to say on a call, not mistaken for one another.

Their number and order decide what a request draws: after a change, new requests draw other ids.
"""

from __future__ import annotations

_ADJECTIVES = """
    agile alpine amber ample aqua astute autumn awake azure balmy beaming beloved benign blissful blithe
    blooming bonny bouncy brave breezy bright brisk bubbly bushy calm candid capable careful caring
    cheerful cheery chipper classic clean clear clever coastal colorful comfy composed content copper
    coral cordial cosmic cozy creative crimson crisp curious curly dainty dandy dapper daring dashing
    dazzling deft diligent dotted dreamy dynamic eager early earnest earthy easy elegant eloquent emerald
    eminent epic expert fabled faithful famous fancy fearless festive fine fleet floral fluent fluffy fond
    fresh friendly frosty frugal fruity fuzzy gallant genial gentle gifted glad gleaming glossy glowing
    golden graceful gracious grand grateful green handy happy hardy harmonic hearty helpful heroic honest
    hopeful humble ideal indigo inventive ivory jaunty jazzy jolly jovial joyful jubilant keen kind
    lavender leafy lemony lilac lively logical loving loyal lucid lucky lunar magical majestic maroon
    mellow merry mighty mindful misty modest musical neat nimble noble oaken patient peaceful pearly peppy
    perky placid playful pleasant plucky poetic polished polite practical precious proud prudent quaint
    quick quiet radiant rapid ready relaxed reliable resolute restful rosy royal ruby rustic sapphire
    savvy scarlet scenic serene shiny silken silver sincere skillful smart smiling smooth snappy snowy
    snug social solar solid spirited spotless spry starry steady sterling striped studious sturdy suave
    sublime sunlit sunny supple sweet tactful talented tender thankful thorough thrifty tidy tranquil trim
    trusty truthful upbeat useful valiant velvet verdant vibrant violet vivid warm watchful wavy willing
    windy winged wintry wise witty wooden worthy zesty zippy
"""

_ANIMALS = """
    aardvark addax albatross alligator alpaca anchovy anole anteater antelope armadillo avocet axolotl
    babbler badger bandicoot barracuda beagle beaver beetle beluga bilby bison blackbird bluebird bluejay
    bobcat bobolink bonobo bulldog bullfinch bullfrog bumblebee bunting bushbaby butterfly buzzard camel
    canary capybara caracal caribou carp cassowary caterpillar catfish chameleon chamois cheetah chickadee
    chihuahua chinchilla chipmunk cicada clownfish coati cockatoo collie condor corgi cormorant cougar
    coyote crocodile crossbill curlew dachshund dalmatian dingo dolphin donkey dormouse dotterel dove
    dragonfly duck dugong dunlin eagle echidna eel egret eider elephant elk emu ermine falcon fennec
    ferret finch firefly flamingo flounder fossa fox frog fulmar gadwall gannet gazelle gecko gerbil
    gibbon giraffe goat godwit goldfinch goldfish goose gopher goshawk grebe greyhound grouper grouse
    guppy haddock halibut hamster harrier hawk hedgehog heron herring hoopoe hornbill hummingbird husky
    ibex ibis iguana impala jacana jackdaw jackrabbit jaguar jellyfish jerboa kangaroo katydid kestrel
    kingfisher kinkajou kitten kiwi koala kookaburra kudu labrador ladybird lamb lapwing lark lemming
    lemur leopard limpet linnet lion lizard llama lobster lorikeet lynx macaque macaw mackerel magpie
    mallard manatee mandrill mantis markhor marlin marmoset marmot marten meadowlark meerkat merganser
    minnow mockingbird mongoose moose muskox mussel narwhal newt nightjar numbat nuthatch ocelot octopus
    okapi orangutan orca oriole oryx osprey ostrich otter owl oyster panda pangolin panther parakeet
    parrot partridge peacock pelican penguin petrel pheasant pigeon pika pintail platypus plover pony
    poodle porcupine porpoise possum prawn ptarmigan puffin puma puppy quail quetzal quokka quoll rabbit
    raccoon raven redstart redwing reindeer rhea rhinoceros roadrunner robin rooster salamander salmon
    sandpiper sardine seahorse serval sheep shrimp siskin skylark sloth snail snipe spaniel sparrow
    spoonbill squid squirrel starfish starling stoat stork sturgeon swallow swan swordfish takin tamarin
    tapir tarsier terrapin terrier tiger toad tortoise toucan treefrog trout tuna turtle urchin vicuna
    wagtail wallaby walrus warbler waxwing whale whimbrel whippet wildcat wolf wolverine wombat woodpecker
    wren yak zebra zebu
"""

ADJECTIVES = tuple(_ADJECTIVES.split())
ANIMALS = tuple(_ANIMALS.split())
